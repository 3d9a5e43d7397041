import type { WorkspaceId } from '../../domain/ids';
import type { OutboxWork } from '../../domain/profiles/change-set';
import type { Store } from '../../store/store';

const membersAtOnce = 500;

export interface AskMembersDeps {
  readonly store: Pick<Store, 'groups' | 'profiles' | 'workspaces'>;
  readonly clock: () => number;
  readonly ringBackfill: (ws: WorkspaceId) => Promise<void>;
}

/**
 * Has every member of a group evaluated again, since what the group answers has changed: the clock does it within a second, and the
 * back-fill where a definition is the reason. A page at a time, so that an account of thousands weighs on no transaction.
 */
export async function askMembers(
  { store, clock, ringBackfill }: AskMembersDeps,
  ws: WorkspaceId,
  { type, key, behind }: Extract<OutboxWork, { kind: 'group' }>,
): Promise<void> {
  const { switchedFrom } = await store.workspaces.rulesetState(ws);
  for (let after: string | undefined; ;) {
    const members = await store.groups.members(ws, { type, key }, membersAtOnce, after);
    const ids = members.map(({ profile }) => profile);
    if (behind === undefined) await store.profiles.makeDue(ws, ids, clock());
    else await store.profiles.makeBehind(ws, ids, { version: behind, switchedFrom });
    after = ids.at(-1);
    if (ids.length < membersAtOnce) break;
  }
  if (behind !== undefined) await ringBackfill(ws);
}

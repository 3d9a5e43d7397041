import type { WorkspaceId } from '../../domain/ids';
import type { AudienceDoc, WorkspaceDoc } from '../../store/documents';
import type { Store } from '../../store/store';
import { transact } from '../transact';
import type { AudienceFigures } from './presenter';

/** How large audiences are now, and how far what is being prepared of them is. */
export async function readFigures(
  store: Store,
  ws: WorkspaceId,
  audiences: readonly AudienceDoc[],
): Promise<AudienceFigures[]> {
  const workspace = await store.workspaces.find(ws);
  return Promise.all(
    audiences.map(async (audience) => {
      const [size, heldOut, next] = await Promise.all([
        sizeOf(store, ws, audience.key, workspace),
        mayHoldOut(audience) ? store.memberships.heldOut(ws, audience.key) : 0,
        readNext(store, ws, audience, workspace),
      ]);
      return { size, heldOut, next };
    }),
  );
}

/** Members, with those who are in and out since prepared rules serve and whose edges have yet to be written. */
async function sizeOf(
  store: Store,
  ws: WorkspaceId,
  audience: string,
  workspace: WorkspaceDoc | undefined,
): Promise<number> {
  const { switchedFrom: from, isSwitching } = workspace ?? {};
  if (!isSwitching || from === undefined) return store.memberships.size(ws, audience);
  // Edges are written meanwhile: all three are of one instant.
  return transact({ store }, async (session) => {
    const { entering, leaving } = await store.preparedProfiles.moves(ws, audience, { from, to: from }, session);
    return (await store.memberships.size(ws, audience, session)) + entering - leaving;
  });
}

async function readNext(
  store: Store,
  ws: WorkspaceId,
  { key, next }: AudienceDoc,
  workspace: WorkspaceDoc | undefined,
): Promise<AudienceFigures['next']> {
  if (!next) return undefined;
  const moves = await store.preparedProfiles.moves(ws, key, { from: next.sinceRuleset, to: Infinity });
  const { preparing, rulesetVersion } = workspace ?? {};
  if (preparing?.version !== rulesetVersion || !preparing) return moves;
  return { ...moves, progress: { done: preparing.done, total: preparing.total } };
}

/** Where it has just ended, until everybody has been brought to that. */
const mayHoldOut = ({ holdout, status }: AudienceDoc): boolean => holdout !== undefined || status === 'computing';

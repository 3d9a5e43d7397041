import type { ClientSession } from 'mongodb';
import type { WorkspaceId } from '../../../domain/ids';
import type { MembershipDoc } from '../../../store/documents';
import type { Store } from '../../../store/store';
import { transact } from '../../transact';

/** One member, and where the page after it begins. */
export type ServedMember = Pick<MembershipDoc, 'profile' | 'enteredAt' | 'heldOutOf'> & { readonly cursor: string };

export interface MembersAsked {
  readonly audience: string;
  readonly limit: number;
  readonly after?: string | undefined;
  /** Only those who are held out, or who are not. */
  readonly heldOut?: boolean | undefined;
}

/**
 * One page of present members, by profile. While edges are written that follow from a rule which has begun to serve, they are those whom this
 * rule holds for: without those who are to leave, and with those who are to enter, each where they will be once they have. As ever, who comes
 * or leaves between two pages may be missing.
 */
export async function readMembers(store: Store, ws: WorkspaceId, asked: MembersAsked): Promise<ServedMember[]> {
  const { audience, limit, after, heldOut } = asked;
  const { switchedFrom, isSwitching } = (await store.workspaces.find(ws)) ?? {};
  if (!isSwitching || switchedFrom === undefined) return store.memberships.members(ws, audience, limit, after, heldOut);
  // Edges are written meanwhile: a page is of one instant.
  return transact({ store }, (session) => page({ store, of: { ws, audience, switchedFrom }, session }, asked));
}

async function page(reading: Reading, asked: MembersAsked): Promise<ServedMember[]> {
  const stays = await staying(reading, asked);
  const entering = asked.heldOut === true ? [] : await aboutToEnter(reading, asked);
  return [...stays, ...entering]
    .sort(({ cursor: one }, { cursor: other }) => (one < other ? -1 : one > other ? 1 : 0))
    .slice(0, asked.limit);
}

interface Reading {
  readonly store: Store;
  readonly of: { readonly ws: WorkspaceId; readonly audience: string; readonly switchedFrom: number };
  readonly session: ClientSession;
}

async function staying(
  { store, of, session }: Reading,
  { limit, after, heldOut }: MembersAsked,
): Promise<ServedMember[]> {
  const found: ServedMember[] = [];
  for (let cursor = after; found.length < limit;) {
    const page = await store.memberships.members(of.ws, of.audience, limit, cursor, heldOut, session);
    const ids = page.map(({ profile }) => profile);
    const leaving = await store.preparedProfiles.leavingAmong(of, ids, session);
    found.push(...page.filter(({ profile }) => !leaving.has(profile)));
    cursor = page.at(-1)?.cursor;
    if (page.length < limit) break;
  }
  return found.slice(0, limit);
}

/** Each behind every stay of theirs, the one that is yet to begin among them: who is read is not read again when it has. */
async function aboutToEnter({ store, of, session }: Reading, { limit, after }: MembersAsked): Promise<ServedMember[]> {
  const before = `${of.ws}:${of.audience}:`;
  const [profile] = after?.slice(before.length).split(':') ?? [];
  const entering = await store.preparedProfiles.entering(of, { limit, after: profile }, session);
  return entering.map((one) => ({ ...one, cursor: `${before}${one.profile}:~` }));
}

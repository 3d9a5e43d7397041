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

/** Cursors of those who are in without a stay: no id of a stay begins so. */
const mark = '~';

/**
 * One page of present members. While edges are written that follow from a rule which has begun to serve, they are those whom this rule
 * holds for: without those who are to leave, and in the end those who are to enter. As ever, who comes or leaves between two pages may be missing.
 */
export async function readMembers(store: Store, ws: WorkspaceId, asked: MembersAsked): Promise<ServedMember[]> {
  const { audience, limit, after, heldOut } = asked;
  const { switchedFrom, isSwitching } = (await store.workspaces.find(ws)) ?? {};
  if (!isSwitching || switchedFrom === undefined) return store.memberships.members(ws, audience, limit, after, heldOut);
  // Edges are written meanwhile: a page is of one instant.
  return transact({ store }, (session) => page({ store, of: { ws, audience, switchedFrom }, session }, asked));
}

async function page(reading: Reading, asked: MembersAsked): Promise<ServedMember[]> {
  const { store, of, session } = reading;
  const { limit, after, heldOut } = asked;
  const isLast = after?.startsWith(mark) === true;
  const stays = isLast ? [] : await staying(reading, asked);
  if (stays.length === limit || heldOut === true) return stays;
  const left = { limit: limit - stays.length, after: isLast ? after.slice(mark.length) : undefined };
  const entering = await store.preparedProfiles.entering(of, left, session);
  return [...stays, ...entering.map((one) => ({ ...one, cursor: `${mark}${one.profile}` }))];
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

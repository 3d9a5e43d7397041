import { setTimeout as delay } from 'node:timers/promises';
import type { ChangeCursor } from '../../../domain/audiences/change-cursor';
import type { ProfileId, WorkspaceId } from '../../../domain/ids';
import type { ChangeFeedDoc, ChangeRow } from '../../../store/change-feeds';
import type { Store } from '../../../store/store';
import { Problem } from '../../problem';

/** A change that somebody can be told of, and the cursor of whoever has it. */
export interface Change extends Omit<ChangeRow, 'place'> {
  readonly profile: ProfileId;
  readonly cursor: ChangeCursor;
}

export interface ChangePage {
  readonly changes: readonly Change[];
  readonly next: ChangeCursor;
}

export interface ChangeReader {
  readonly store: Pick<Store, 'changeFeeds'>;
  readonly ws: WorkspaceId;
  /** The feed, with places up to one that is wanted if there is as much. */
  readonly bring: (feed: ChangeFeedDoc, wanted: number) => Promise<ChangeFeedDoc>;
}

/** How long a reader waits for others who give places at the same time, or for many that are waiting. */
const patienceMs = 5_000;

/** Gives places until there are as many as wanted, nothing is waiting, or patience ends: then what is missing comes with the next page. */
export async function bringFeed(
  { changeFeeds }: Pick<Store, 'changeFeeds'>,
  feed: ChangeFeedDoc,
  wanted: number,
): Promise<ChangeFeedDoc> {
  const endsAt = Date.now() + patienceMs;
  let present = feed;
  while (present.last < wanted) {
    const mayHaveMore = await changeFeeds.place(present);
    const [, audience = ''] = feed._id.split(':');
    const found = (await changeFeeds.find(feed.ws, audience)) ?? present;
    const isOvertaken = mayHaveMore && found.last === present.last;
    present = found;
    if (!mayHaveMore || Date.now() > endsAt) break;
    if (isOvertaken) await delay(5 + Math.random() * 20);
  }
  return present;
}

/** The changes after a cursor. An empty page says that there are no more at present. Throws 409 where the feed has not got to the cursor. */
export async function nextChanges(reader: ChangeReader, from: ChangeCursor, limit: number): Promise<ChangePage> {
  const { store, ws } = reader;
  const feed = await feedAt(store, ws, from);
  let page: ChangePage = { changes: [], next: from };
  let isOver = false;
  while (page.changes.length === 0 && !isOver) {
    const before = page.next;
    page =
      before.member === undefined
        ? await placed(reader, feed, before, limit)
        : await standing(reader, feed, before, limit);
    isOver = page.next.member === before.member && page.next.place === before.place;
  }
  return page;
}

async function placed(
  { store, bring }: ChangeReader,
  feed: ChangeFeedDoc,
  { audience, place }: ChangeCursor,
  limit: number,
): Promise<ChangePage> {
  // Whoever is behind asks nobody: what they found out would be taken for what there is by those who are not.
  const present = feed.last >= place + limit ? feed : await bring(feed, place + limit);
  const rows = await store.changeFeeds.read(present, place, present.last, limit);
  const changes = rows.flatMap(({ place: at, profile, ...row }) =>
    profile === undefined ? [] : [{ ...row, profile, cursor: { audience, place: at } }],
  );
  return { changes, next: { audience, place: rows.at(-1)?.place ?? Math.max(place, present.last) } };
}

/** Who was in when the reader began, as if they entered now; what has changed since comes after them. */
async function standing(
  { store }: ChangeReader,
  feed: ChangeFeedDoc,
  { audience, place, member = '' }: ChangeCursor,
  limit: number,
): Promise<ChangePage> {
  const { members, next } = await store.changeFeeds.membersAt(feed, { place, after: member, limit });
  const changes = members.flatMap(({ id, profile, ...row }) =>
    profile === undefined ? [] : [{ ...row, profile, cursor: { audience, place, member: id } }],
  );
  return { changes, next: { audience, place, ...(next !== undefined && { member: next }) } };
}

/** Throws 409 where the feed has not got to the cursor. */
export async function feedAt(
  { changeFeeds }: Pick<Store, 'changeFeeds'>,
  ws: WorkspaceId,
  { audience, place }: ChangeCursor,
): Promise<ChangeFeedDoc> {
  const feed = await changeFeeds.find(ws, audience);
  if (!feed || feed.last < place) throw unknownPlace();
  return feed;
}

const unknownPlace = (): Problem =>
  new Problem(
    409,
    'unknown-cursor',
    'The changes have not got to this cursor: the data was restored from before it. Begin anew with `from=start`.',
  );

import { z } from 'zod';
import { cursorText, readCursor, type ChangeCursor } from '../../../domain/audiences/change-cursor';
import { InstantInput, presentInstant } from '../../instant';
import { invalidRequest } from '../../problem';
import type { KeyCall } from '../../route';
import { bringFeed } from './change-pages';

/**
 * How long before the first question a feed begins: longer than any transaction takes from looking at the clock to its commit, so that
 * whatever commits after the question is in the feed.
 */
const marginMs = 600_000;

export const Cursor = z
  .string()
  .min(1)
  .max(1_000)
  .regex(/^[A-Za-z0-9_-]+$/, 'A cursor is what `next` or the `id` of a change said.')
  .meta({ description: '`next` of the page before, or the `id` of a change: what comes after it' });

export const Beginning = z.union([z.literal(['start', 'now']), InstantInput]).meta({
  description:
    'Without a cursor: `start` (everybody who is in, then what changes), `now`, or an instant since the first question for these changes',
});

export const presentCursor = (cursor: ChangeCursor): string => Buffer.from(cursorText(cursor)).toString('base64url');

/** Where to go on reading. Throws 400 for a cursor of something else, or an instant of which the changes are not kept. */
export async function beginningOf(
  call: KeyCall,
  audience: string,
  { after, from }: { readonly after?: string | undefined; readonly from?: z.output<typeof Beginning> | undefined },
): Promise<ChangeCursor> {
  if (after === undefined) return beginning(call, audience, from ?? 'start');
  if (from !== undefined) throw faulty('/from', 'There is a cursor already, from which the changes go on.');
  const cursor = readCursor(Buffer.from(after, 'base64url').toString('utf8'), audience);
  if (cursor && presentCursor(cursor) === after) return cursor;
  throw faulty('/after', 'The cursor is not one that the changes of this audience gave.');
}

async function beginning(
  { deps: { store }, ws, now }: KeyCall,
  audience: string,
  from: z.output<typeof Beginning>,
): Promise<ChangeCursor> {
  const feed = await store.changeFeeds.open(ws, audience, now - marginMs);
  if (typeof from === 'number' && from < feed.since) {
    const since = presentInstant(feed.since);
    throw faulty(
      '/from',
      `The changes of this audience are kept since ${since}. Begin with \`start\`: who is in comes first.`,
    );
  }
  const present = await bringFeed(store, feed, Infinity);
  if (from === 'start') return { audience, place: present.last, member: '' };
  const place = from === 'now' ? present.last : await store.changeFeeds.placeBefore(present, from);
  return { audience, place };
}

const faulty = (pointer: string, message: string) => invalidRequest(message, [{ in: 'query', pointer, message }]);

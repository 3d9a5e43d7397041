import { z } from 'zod';
import { readEventInstant } from '../../domain/events/event-time';
import type { JsonObject } from '../../domain/json';
import { firstAt } from '../../domain/path';
import type { PullCursor } from '../source';
import type { HttpSettings } from './settings.schema';

/** Where an HTTP source has been read to. */
export const HttpCursor = z.object({
  /** The highest value of the cursor field in all runs that have ended; an instant is epoch milliseconds. */
  since: z.number().optional(),
  /** While a run is under way: where it has begun, the highest value so far, and where its next page begins. */
  from: z.number().optional(),
  high: z.number().optional(),
  page: z.union([z.string(), z.number()]).optional(),
  /** How many pages it has read, in however many turns. */
  pages: z.int().optional(),
  reading: z.string().optional(),
});
export type HttpCursor = z.output<typeof HttpCursor>;

/** Another shape is of other settings: the source is read from its beginning. */
export const readCursor = (cursor: PullCursor | undefined): HttpCursor => HttpCursor.safeParse(cursor).data ?? {};

type CursorField = NonNullable<HttpSettings['cursor']>;

/** The value by which a row is newer or older than another; `undefined` when it bears none. */
function valueOf(row: JsonObject, { field, format }: CursorField): number | undefined {
  const value = firstAt(row, field);
  const number = typeof value === 'string' && /^\d+(\.\d+)?$/.test(value) ? Number(value) : value;
  if (format !== 'number') return readEventInstant(number);
  return typeof number === 'number' ? number : undefined;
}

/** As the source wants it written. */
export function writeCursor(value: number, { format }: CursorField): string {
  if (format === 'iso') return new Date(value).toISOString();
  return String(format === 'seconds' ? Math.floor(value / 1_000) : value);
}

/** Where a run begins: a time `overlapMs` before the highest that was read, a number after it. One that was cut off goes on. */
export function beginCursor(before: HttpCursor, { cursor, overlapMs, now }: Beginning): HttpCursor {
  if (before.from !== undefined || before.reading !== undefined) return before;
  if (!cursor) return { reading: new Date(now).toISOString() };
  if (before.since === undefined) return before;
  if (cursor.format === 'number') return { ...before, from: before.since };
  const since = Math.min(before.since, now);
  return { ...before, since, from: Math.max(0, since - overlapMs) };
}

interface Beginning {
  readonly cursor: CursorField | undefined;
  readonly overlapMs: number;
  readonly now: number;
}

/** The highest value so far that a cursor may have: a row of the future is read again, until its time has come. */
export function highestOf(rows: readonly JsonObject[], { cursor, high, now }: Reaching): { readonly high?: number } {
  if (!cursor) return {};
  const values = rows.flatMap((row) => valueOf(row, cursor) ?? []);
  const reached = values.filter((value) => cursor.format === 'number' || value <= now);
  const most = reached.reduce((most, value) => Math.max(most, value), high ?? -Infinity);
  return most === -Infinity ? {} : { high: most };
}

interface Reaching {
  readonly cursor: CursorField | undefined;
  readonly high: number | undefined;
  readonly now: number;
}

/** Where the next run begins: after the highest row of this one. */
export function endCursor({ since, high }: HttpCursor): HttpCursor {
  const reached = Math.max(high ?? -Infinity, since ?? -Infinity);
  return reached === -Infinity ? {} : { since: reached };
}

/** What a person writes for a cursor. */
export function readFrom(from: string, format: CursorField['format']): number | undefined {
  if (format !== 'number') return readEventInstant(from);
  const number = Number(from);
  return from.trim() !== '' && Number.isFinite(number) ? number : undefined;
}

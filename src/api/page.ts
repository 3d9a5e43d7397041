import { z } from 'zod';
import { invalidRequest } from './problem';
import type { Call } from './route';

const usualSize = 100;

/** The query of every list. `cursor` is what `next` of the page before said. */
export const PageQuery = z.strictObject({
  limit: z.coerce.number().int().min(1).max(10_000).optional(),
  // Room for the longest id in UTF-8, with what stands before it, as base64.
  cursor: z
    .string()
    .min(1)
    .max(2_000)
    .regex(/^[A-Za-z0-9_-]+$/, 'A cursor is what `next` of the page before said.')
    .optional(),
});

/** The body of every list. */
export const pageOf = <Item extends z.ZodType>(item: Item) =>
  z.strictObject({ data: z.array(item), next: z.string().optional() });

export interface Page {
  readonly limit: number;
  /** What `toPage` was given as the cursor of the last item of the page before. */
  readonly after?: string;
}

export function readPage({ query, deps }: Pick<Call<unknown, z.output<typeof PageQuery>>, 'query' | 'deps'>): Page {
  const limit = Math.min(query.limit ?? usualSize, deps.limits.pageSizeMax);
  return query.cursor === undefined ? { limit } : { limit, after: decodeCursor(query.cursor) };
}

/**
 * One page of a list with `Link`. Give it one item more than `limit` where there are more; `cursorOf` names a row so that the
 * repository can continue after it.
 */
export function toPage<Row, Item>(
  call: Pick<Call, 'url'>,
  { limit }: Page,
  rows: readonly Row[],
  present: (row: Row) => Item,
  cursorOf: (row: Row) => string,
) {
  const shown = rows.slice(0, limit);
  const last = shown.at(-1);
  const data = shown.map(present);
  if (rows.length <= limit || last === undefined) return { status: 200 as const, body: { data } };
  const next = Buffer.from(cursorOf(last)).toString('base64url');
  return { status: 200 as const, body: { data, next }, headers: { Link: `<${nextUrl(call.url, next)}>; rel="next"` } };
}

/** A page of a list that is short enough to be read whole; its cursor is a position. */
export function toPageOfAll<Row, Item>(
  call: Pick<Call, 'url'>,
  page: Page,
  all: readonly Row[],
  present: (row: Row) => Item,
) {
  const from = page.after === undefined ? 0 : Number(page.after);
  if (!Number.isSafeInteger(from) || from < 0) throw invalidRequest('The cursor is not one that this list gave.');
  const rows = all.slice(from, from + page.limit + 1);
  return toPage(call, page, rows, present, () => String(from + page.limit));
}

function decodeCursor(cursor: string): string {
  const text = Buffer.from(cursor, 'base64url').toString('utf8');
  if (Buffer.from(text).toString('base64url') === cursor) return text;
  throw invalidRequest('The cursor is not one that a list gave.', [
    { in: 'query', pointer: '/cursor', message: 'Use `next` of the page before, as it came.' },
  ]);
}

function nextUrl(url: string, cursor: string): string {
  const [path = '', search = ''] = url.split('?', 2);
  const query = new URLSearchParams(search);
  query.set('cursor', cursor);
  return `${path}?${query.toString()}`;
}

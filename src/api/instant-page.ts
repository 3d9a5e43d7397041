import type { z } from 'zod';
import { readPage, toPage, type PageQuery } from './page';
import { invalidRequest } from './problem';
import type { Call } from './route';

/**
 * One page of a list that runs backwards in time. Rows of one batch share their instant, so the cursor also says how many of that
 * instant have been shown. `fetch` answers rows strictly before an instant, newest first, without the first `skip` of them, which the
 * database need not hand over.
 */
export async function toInstantPage<Row, Item>(
  call: Call<unknown, z.output<typeof PageQuery>>,
  instantOf: (row: Row) => number,
  fetch: (limit: number, before: number | undefined, skip: number) => Promise<Row[]>,
  present: (row: Row) => Item,
) {
  const page = readPage(call);
  const { at, skip } = readCursor(page.after);
  const rows = await fetch(page.limit + 1, at === undefined ? undefined : at + 1, skip);
  return toPage(call, page, rows, present, (last) => {
    const instant = instantOf(last);
    const shown = rows.slice(0, page.limit).filter((row) => instantOf(row) === instant).length;
    return `${instant}.${instant === at ? skip + shown : shown}`;
  });
}

function readCursor(cursor: string | undefined): { readonly at?: number; readonly skip: number } {
  if (cursor === undefined) return { skip: 0 };
  const found = /^(\d{1,15})\.(\d{1,6})$/.exec(cursor);
  if (!found) throw invalidRequest('The cursor is not one that this list gave.');
  return { at: Number(found[1]), skip: Number(found[2]) };
}

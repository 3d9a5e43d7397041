import type { Command } from 'commander';
import type { Cell, Context } from './context';
import { readCount } from './pairs';

export interface ListOptions {
  readonly limit: number;
  readonly all?: true;
}

export const listOption = (command: Command): Command =>
  command
    .option('--limit <n>', 'at most so many', readCount, 100)
    .option('--all', 'every one, printed as they come; with --json one a line');

/** Prints a list as one table or one document; with `--all` row by row, however long it is. */
export async function showList<Item>(
  context: Context,
  { limit, all }: ListOptions,
  items: AsyncIterable<Item>,
  headers: readonly string[],
  rowOf: (item: Item) => readonly Cell[],
): Promise<void> {
  if (all) {
    for await (const item of items) context.show(item, () => `${rowOf(item).join('\t')}\n`);
    return;
  }
  const data: Item[] = [];
  let isMore = false;
  for await (const item of items) {
    isMore = data.length === limit;
    if (isMore) break;
    data.push(item);
  }
  context.show({ data }, () => (data.length === 0 ? 'none\n' : context.table(headers, data.map(rowOf))));
  if (isMore) context.note(`There are more than ${limit}: raise --limit, or take --all.`);
}

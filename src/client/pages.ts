import type { Page, PageQuery } from './types';

/** Walks every page of a list. Leaving the loop early asks for no further page. */
export async function* eachOf<Item, Filter extends PageQuery>(
  list: (query: Filter) => Promise<Page<Item>>,
  query: Filter,
): AsyncGenerator<Item, void, undefined> {
  let cursor: string | undefined;
  do {
    const page = await list(cursor === undefined ? query : { ...query, cursor });
    yield* page.data;
    cursor = page.next;
  } while (cursor !== undefined);
}

export interface Page<Item> {
  readonly data: readonly Item[];
  /** The `cursor` of the next page; absent on the last. */
  readonly next?: string;
}
export interface PageQuery {
  readonly limit?: number;
  readonly cursor?: string;
}

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

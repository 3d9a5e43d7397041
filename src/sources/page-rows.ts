import type { PullCursor, PulledPage, PulledRow, UnreadableRow } from './source';

/** Rows that come one by one, gathered to pages. */
export class PageOfRows {
  #rows: PulledRow[] = [];
  #unreadable: UnreadableRow[] = [];

  constructor(readonly size: number) {}

  get isFull(): boolean {
    return this.#rows.length + this.#unreadable.length >= this.size;
  }

  add(one: { readonly row: PulledRow } | { readonly unreadable: UnreadableRow }): void {
    if ('row' in one) this.#rows.push(one.row);
    else this.#unreadable.push(one.unreadable);
  }

  /** The page so far; the next begins empty. */
  take(cursor: PullCursor, reading?: string): PulledPage {
    const page = { rows: this.#rows, unreadable: this.#unreadable, cursor, ...(reading !== undefined && { reading }) };
    this.#rows = [];
    this.#unreadable = [];
    return page;
  }
}

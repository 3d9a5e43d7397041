/** Waiting work of many holders; whoever takes from it takes from one holder after another, in each in order of arrival. */
export class FairQueue<Item> {
  /** In the order in which their turn comes. */
  readonly #waiting = new Map<string, Item[]>();

  get isEmpty(): boolean {
    return this.#waiting.size === 0;
  }

  add(holder: string, item: Item): void {
    const waiting = this.#waiting.get(holder);
    if (waiting) waiting.push(item);
    else this.#waiting.set(holder, [item]);
  }

  /** The holder whose turn it is, of those that may; it goes to the end of the line. `take` says how many of its items go along. */
  next(
    mayTake: (holder: string) => boolean,
    take: (items: readonly Item[]) => number,
  ): { readonly holder: string; readonly items: Item[] } | undefined {
    for (const [holder, waiting] of this.#waiting) {
      if (!mayTake(holder)) continue;
      const items = waiting.splice(0, Math.max(take(waiting), 1));
      this.#waiting.delete(holder);
      if (waiting.length > 0) this.#waiting.set(holder, waiting);
      return { holder, items };
    }
    return undefined;
  }
}

/** Several who act at once, one operation at a time, in an order that is given: the same order brings about the same. */
export class Race {
  readonly #waiting: (() => void)[] = [];
  #turns = 0;

  /** `picks` says who of those that wait comes next, over and over. */
  constructor(readonly picks: readonly number[]) {}

  /** Waits for one's turn. */
  turn(): Promise<void> {
    return new Promise((go) => this.#waiting.push(go));
  }

  /** Gives turns until all are done. */
  async run(actors: readonly Promise<unknown>[]): Promise<void> {
    let isOver = false;
    const all = Promise.all(actors).finally(() => (isOver = true));
    // Whoever fails is heard at the end.
    all.catch(() => undefined);
    for (; !isOver; this.#turns += 1) {
      await new Promise((next) => setImmediate(next));
      this.#waiting.splice(this.#pick(), 1).forEach((go) => go());
      if (this.#turns > mostTurns) throw new Error('The race has no end.');
    }
    await all;
  }

  /** Now and then whoever has waited longest, so that everybody comes to their turn. */
  #pick(): number {
    if (this.#turns % fairEvery === 0) return 0;
    return (this.picks[this.#turns % this.picks.length] ?? 0) % Math.max(1, this.#waiting.length);
  }
}

const fairEvery = 25;
const mostTurns = 20_000;

import { setImmediate as nextTurn, setTimeout as delay } from 'node:timers/promises';

/**
 * Work on small bodies goes before work on large ones, whoever sends them: what takes this process long stops between its slices while
 * anything short is being answered. It never stops for longer than `mostMs` at a time, so that however much short work there is, long work gets on.
 */
export class RightOfWay {
  #short = 0;
  #allGone: AbortController | undefined;

  constructor(readonly mostMs: number) {}

  /** Does short work, for which long work waits. */
  async first<Result>(work: () => Promise<Result>): Promise<Result> {
    this.#short += 1;
    try {
      return await work();
    } finally {
      this.#short -= 1;
      if (this.#short === 0) this.#allGone?.abort();
    }
  }

  /** Between two slices of long work. */
  async giveWay(): Promise<void> {
    // What has arrived meanwhile is read from the sockets first, and only then counts.
    await nextTurn();
    if (this.#short === 0) return;
    if (!this.#allGone || this.#allGone.signal.aborted) this.#allGone = new AbortController();
    const { signal } = this.#allGone;
    await delay(this.mostMs, undefined, { signal }).catch(() => undefined);
  }
}

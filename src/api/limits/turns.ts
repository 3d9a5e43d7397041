import { FairQueue } from './fair-queue';

/** Lets so many work at once; who waits is let in by turns of the holders, so that one that asks a lot delays only itself. */
export class Turns {
  readonly #queue = new FairQueue<() => void>();
  #free: number;

  constructor(atOnce: number) {
    this.#free = atOnce;
  }

  async run<Result>(holder: string, work: () => Promise<Result>): Promise<Result> {
    if (this.#free > 0) this.#free -= 1;
    else await new Promise<void>((resolve) => this.#queue.add(holder, resolve));
    try {
      return await work();
    } finally {
      this.#passOn();
    }
  }

  #passOn(): void {
    const next = this.#queue.next(
      () => true,
      () => 1,
    );
    if (next) next.items[0]?.();
    else this.#free += 1;
  }
}

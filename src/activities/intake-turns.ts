/** One call works no longer than this, so that the workflow sees it end well before its time-out. */
const longestMs = 25_000;
/** Nor longer than this when every place is taken: another workspace may be waiting for one. */
const crowdedMs = 2_000;

/** How long a worker applies the events of one workspace before it lets go of the place. */
export class IntakeTurns {
  #taken = 0;

  /** `places` are the workspaces that a worker serves at the same time; `clock` counts milliseconds. */
  constructor(
    readonly places: number,
    readonly clock: () => number = Date.now,
  ) {}

  /** Does work that ends, between two of its batches, when it is told that its turn is over. */
  async run<Result>(work: (isOver: () => boolean) => Promise<Result>): Promise<Result> {
    const startedAt = this.clock();
    const isOver = (): boolean => this.clock() - startedAt >= (this.#taken < this.places ? longestMs : crowdedMs);
    this.#taken += 1;
    try {
      return await work(isOver);
    } finally {
      this.#taken -= 1;
    }
  }
}

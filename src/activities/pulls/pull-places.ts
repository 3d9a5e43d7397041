import type { WorkspaceId } from '../../domain/ids';

/** Who waits asks again every few seconds; who has not for so long waits no more, or has found a place at another worker. */
const forgottenMs = 15_000;

interface Reading {
  /** Sources that are read. */
  taken: number;
  /** Sources that have found no place, and when they last asked; whoever has waited longest comes first. */
  readonly waiting: Map<string, number>;
}

/**
 * How many sources of one workspace a worker reads at the same time: one workspace cannot fill all places of the queue. Kept in memory, so
 * that what a worker had taken is free when it dies.
 */
export class PullPlaces {
  readonly #workspaces = new Map<WorkspaceId, Reading>();

  /** `clock` counts milliseconds. */
  constructor(
    readonly perWorkspace: number,
    readonly clock: () => number = Date.now,
  ) {}

  /** Does the work at a place of the workspace. `undefined` when there is none, or others of its sources have waited for it: ask again. */
  async run<Result>(ws: WorkspaceId, source: string, work: () => Promise<Result>): Promise<Result | undefined> {
    const reading = this.#workspaces.get(ws) ?? { taken: 0, waiting: new Map<string, number>() };
    this.#workspaces.set(ws, reading);
    if (!this.#hasRoom(reading, source)) return undefined;
    reading.taken += 1;
    try {
      return await work();
    } finally {
      reading.taken -= 1;
      if (reading.taken === 0 && reading.waiting.size === 0) this.#workspaces.delete(ws);
    }
  }

  #hasRoom({ taken, waiting }: Reading, source: string): boolean {
    const now = this.clock();
    for (const [one, askedAt] of waiting) if (now - askedAt > forgottenMs) waiting.delete(one);
    const isInLine = waiting.has(source);
    const before = isInLine ? [...waiting.keys()].indexOf(source) : waiting.size;
    if (taken + before >= this.perWorkspace) {
      waiting.set(source, now);
      return false;
    }
    waiting.delete(source);
    return true;
  }
}

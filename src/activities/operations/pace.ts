import { setTimeout as delay } from 'node:timers/promises';

/** How far something paced is: when the last lot was done. */
export interface Pace {
  readonly perSecond: number;
  /** Epoch milliseconds. */
  readonly lastAt: number;
}

/**
 * How many may be done now so that no more than `perSecond` are in any second, at most a second's; waits for the first of them. What time was lost is not
 * made up for.
 */
export async function takeTurn({ perSecond, lastAt }: Pace, clock: () => number, signal: AbortSignal): Promise<number> {
  const nextAt = lastAt + Math.ceil(1_000 / perSecond);
  const waitMs = Math.min(1_000, Math.max(0, nextAt - clock()));
  if (waitMs > 0) await delay(waitMs, undefined, { signal });
  return Math.min(perSecond, Math.floor(((clock() - lastAt) * perSecond) / 1_000));
}

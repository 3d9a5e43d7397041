import { pauseBeforeLook } from '../pause-before-look';
import { shareOf } from '../share';

/** Sends that a stop had held go on since `at`, spread over `overMs`. */
export interface ResumedSends {
  readonly at: number;
  readonly overMs: number;
}

const looking = { leastMs: 30_000, mostMs: 10 * 60_000 };

/** How long it takes so many to go on at this pace. */
export const resumingMs = (held: number, perSecond: number): number => Math.ceil((held / perSecond) * 1_000);

/** When one of them goes on: at an instant of its own, so that not all do at once. */
export const resumesAt = ({ at, overMs }: ResumedSends, key: string): number =>
  at + Math.floor(shareOf(`resumed:${key}`) * overMs);

/** While all sends are stopped: when one that waits since then looks again. Those that came together look apart. */
export function looksAgainAt(now: number, since: number, key: string): number {
  const pauseMs = pauseBeforeLook(now - since, looking);
  return now + Math.floor(pauseMs * (0.5 + shareOf(`look:${key}`) / 2));
}

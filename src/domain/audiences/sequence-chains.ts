import type { Occurrence } from './occurrences';

/** The steps of a sequence by their numbers; what must not happen stands before the step that it is looked for before. */
export interface ChainSteps {
  /** After the first. */
  readonly positive: readonly { readonly step: number; readonly unlessBefore: readonly number[] }[];
  /** What must not happen after the last positive step. */
  readonly unlessAfter: readonly number[];
}

/**
 * Whether a chain goes from one of `starts` over every step, up to `end`. An event follows another of the same instant or an earlier
 * one, and never itself; what is absent did not happen from the one step to the other, both instants included, other than as these very
 * events. `seen` and `starts` in the order of time.
 */
export function hasChain(
  seen: readonly Occurrence[],
  starts: readonly Occurrence[],
  steps: ChainSteps,
  end: number,
): boolean {
  const inTime = seen.slice(0, countUpTo(seen, end));
  let reached = starts;
  for (const { step, unlessBefore } of steps.positive) {
    const from = reached;
    const isClear = clearOf(inTime, unlessBefore);
    reached = inTime.filter((event) => event.is.includes(step) && isReached(from, event, isClear));
    if (reached.length === 0) return false;
  }
  const isClear = clearOf(inTime, steps.unlessAfter);
  return reached.some((last) => isClear(last.at, Infinity, [last]));
}

type IsClear = (from: number, to: number, except: readonly Occurrence[]) => boolean;

/** The latest that came before leaves least room for what must be absent, so an earlier one does no better. */
function isReached(from: readonly Occurrence[], event: Occurrence, isClear: IsClear): boolean {
  let at: number | undefined;
  for (let index = countUpTo(from, event.at) - 1; index >= 0; index -= 1) {
    const before = from[index] as Occurrence;
    if (before === event) continue;
    if (at !== undefined && before.at < at) return false;
    at = before.at;
    if (isClear(before.at, event.at, [before, event])) return true;
  }
  return false;
}

/** Answers whether none of some steps happened from an instant to another. */
function clearOf(seen: readonly Occurrence[], steps: readonly number[]): IsClear {
  if (steps.length === 0) return () => true;
  const isOf = ({ is }: Occurrence): boolean => is.some((step) => steps.includes(step));
  const found = seen.filter(isOf);
  return (from, to, except) => {
    const happened = countUpTo(found, to) - countUpTo(found, from - 1);
    return happened <= except.filter(isOf).length;
  };
}

/** How many are at an instant or before it. */
export function countUpTo(seen: readonly Occurrence[], at: number): number {
  let low = 0;
  let high = seen.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((seen[middle] as Occurrence).at <= at) low = middle + 1;
    else high = middle;
  }
  return low;
}

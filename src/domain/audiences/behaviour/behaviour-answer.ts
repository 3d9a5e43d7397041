import type { RuleEvent } from '../../events/event';
import type { BehaviourState, Totals } from './behaviour-state';
import { isWithin, nextFlipOf } from '../conditions/compare-value';
import { conditionKey } from './condition-key';
import { aggregateOf, passes, type Aggregate } from './event-aggregate';
import type { EventCondition } from '../rule.schema';
import { earlier, no, verdict, type Verdict } from '../rule-view';
import { numberOf, numbersPass, oldestThatDecides, type Numbers } from './window-numbers';

/** Matching events of this range, `from` inclusive to `to` exclusive, must be read to answer exactly. */
export interface EdgeRange {
  readonly from: number;
  readonly to: number;
}

/** The window's lower edge lies inside a bucket and the answer depends on it, but the events there were not supplied. */
export class EdgeEventsMissing extends Error {
  constructor(
    readonly key: string,
    readonly range: EdgeRange,
  ) {
    super(`Condition ${key} needs its stored events from ${range.from} to ${range.to}; read them and evaluate again.`);
  }
}

/** What lies in the window: single matches (oldest ones from the edge, newest ones kept) and whole buckets between. */
interface Window {
  readonly lower: number;
  readonly edgeAt: readonly number[];
  readonly edgeValues: readonly number[];
  readonly buckets: readonly Totals[];
  readonly at: readonly number[];
  readonly values: readonly number[];
  /** Index in `at` and `values` of the first match to count. */
  readonly start: number;
  /** The bucket that the lower edge cuts, while its events are not supplied: between 1 and n − 1 of it are in the window. */
  readonly cut?: Totals;
}

/**
 * The answer of a condition at `now`, which is no earlier than any observed event (an earlier one is taken for the newest
 * event's instant). `edge` holds all matching events of the range that `edgeRead` names for the same `now`; more do no harm.
 */
export function answer(
  condition: EventCondition,
  state: BehaviourState,
  now: number,
  edge?: readonly RuleEvent[],
): Verdict {
  const aggregate = aggregateOf(condition);
  const { windowMs } = aggregate;
  if (windowMs === undefined) return answerTotal(aggregate, state.total, Math.max(now, state.total?.last ?? now));
  const asOf = Math.max(now, state.at?.at(-1) ?? now);
  const window = windowAt(aggregate, state, asOf - windowMs, edge);
  const range = missingRange(aggregate, window);
  if (range) throw new EdgeEventsMissing(conditionKey(condition), range);
  return answerWindow(aggregate, window, asOf);
}

/** The range of stored matching events to read before asking for an answer at `now`; `undefined` when the state suffices. */
export function edgeRead(condition: EventCondition, state: BehaviourState, now: number): EdgeRange | undefined {
  const aggregate = aggregateOf(condition);
  if (aggregate.windowMs === undefined || state.buckets === undefined) return undefined;
  const asOf = Math.max(now, state.at?.at(-1) ?? now);
  return missingRange(aggregate, windowAt(aggregate, state, asOf - aggregate.windowMs, undefined));
}

/** The range to read before the number itself can be told: wherever the window's edge lies inside a bucket. */
export function numberEdge(condition: EventCondition, state: BehaviourState, now: number): EdgeRange | undefined {
  const { cut, lower } = windowOf(condition, state, now) ?? {};
  return cut === undefined || lower === undefined ? undefined : { from: lower, to: cut.last + 1 };
}

/** The number that a count, sum, min, max or average is at `now`; `edge` holds the events of the range that `numberEdge` names. */
export function numberAt(
  condition: EventCondition,
  state: BehaviourState,
  now: number,
  edge?: readonly RuleEvent[],
): number | undefined {
  const { name } = aggregateOf(condition);
  if (name === 'first' || name === 'last') return undefined;
  const window = windowOf(condition, state, now, edge);
  if (!window) return state.total === undefined ? ofNothing[name] : ofTotal[name](state.total);
  if (window.cut) throw new EdgeEventsMissing(conditionKey(condition), { from: window.lower, to: window.cut.last + 1 });
  return name === 'count' ? countIn(window) : numberOf(name, numbersOf(window));
}

/** Nothing of a condition without a window. */
function windowOf(
  condition: EventCondition,
  state: BehaviourState,
  now: number,
  edge?: readonly RuleEvent[],
): Window | undefined {
  const aggregate = aggregateOf(condition);
  if (aggregate.windowMs === undefined) return undefined;
  return windowAt(aggregate, state, Math.max(now, state.at?.at(-1) ?? now) - aggregate.windowMs, edge);
}

function missingRange(aggregate: Aggregate, window: Window): EdgeRange | undefined {
  const { cut, lower } = window;
  if (cut === undefined) return undefined;
  return isDecided(aggregate, window, cut) ? undefined : { from: lower, to: cut.last + 1 };
}

/** Whether the answer is the same whichever matches of the cut bucket are in the window. */
function isDecided(aggregate: Aggregate, window: Window, cut: Totals): boolean {
  const { name } = aggregate;
  if (name === 'first' || name === 'last') return name === 'last';
  if (name !== 'count') return numbersPass(aggregate, name, numbersOf(window)) !== undefined;
  const fewest = countIn(window);
  return isConstant(aggregate, fewest, fewest + cut.n - 2);
}

function answerTotal(aggregate: Aggregate, total: Totals | undefined, now: number): Verdict {
  const { name } = aggregate;
  if (name === 'first' || name === 'last') return answerDate(aggregate, total?.[name], now, undefined);
  return verdict(passes(aggregate, total === undefined ? ofNothing[name] : ofTotal[name](total)), undefined);
}

/** Nothing counts and adds up to 0; it has no smallest, largest or average number. */
const ofNothing = { count: 0, sum: 0, average: undefined, min: undefined, max: undefined } as const;
const ofTotal = {
  count: ({ n }: Totals) => n,
  sum: ({ sum }: Totals) => Number(sum),
  average: ({ sum, n }: Totals) => Number(sum) / n,
  min: ({ min }: Totals) => min,
  max: ({ max }: Totals) => max,
} as const;

function answerWindow(aggregate: Aggregate, window: Window, now: number): Verdict {
  const { windowMs = 0, name } = aggregate;
  if (name === 'count') return answerCount(aggregate, window);
  if (name === 'last') {
    const last = window.at.at(-1);
    const inWindow = last !== undefined && last >= window.lower ? last : undefined;
    return answerDate(aggregate, inWindow, now, windowMs);
  }
  if (name === 'first') return answerDate(aggregate, nthNewest(window, countIn(window)), now, windowMs);
  const numbers = numbersOf(window);
  const matches = numbersPass(aggregate, name, numbers) ?? false;
  const leaving = oldestThatDecides(aggregate, name, numbers, matches);
  return verdict(matches, leaving === undefined ? undefined : leaving + windowMs + 1);
}

function numbersOf({ cut, buckets, edgeAt, edgeValues, at, values, start }: Window): Numbers {
  const after = { at: at.slice(start), values: values.slice(start) };
  // The cut bucket speaks for its matches until they are supplied.
  if (cut) return { cut, buckets, before: { at: [], values: [] }, after };
  return { buckets, before: { at: edgeAt, values: edgeValues }, after };
}

function answerCount(aggregate: Aggregate, window: Window): Verdict {
  const count = countIn(window);
  const matches = passes(aggregate, count);
  // Without new events a count only falls: find the first lower one that changes the answer, and when it is reached.
  const flipped = aggregate.boundaries.find(
    (lower) => lower >= 0 && lower < count && passes(aggregate, lower) !== matches,
  );
  const leaving = flipped === undefined ? undefined : nthNewest(window, flipped + 1);
  return verdict(matches, leaving === undefined ? undefined : leaving + (aggregate.windowMs ?? 0) + 1);
}

function answerDate(
  { comparison }: Aggregate,
  at: number | undefined,
  now: number,
  windowMs: number | undefined,
): Verdict {
  if (at === undefined) return no;
  const leavesAt = windowMs === undefined ? undefined : at + windowMs + 1;
  const span = comparison.spanOf?.(at);
  if (!span) return verdict(comparison.holds(at), leavesAt);
  return verdict(isWithin(span, now), earlier(nextFlipOf(span, now), leavesAt));
}

/** Whether every count from `low` to `high` gives the same answer. */
function isConstant(aggregate: Aggregate, low: number, high: number): boolean {
  const result = passes(aggregate, low);
  const between = aggregate.boundaries.filter((boundary) => boundary > low && boundary < high);
  return [...between, high].every((count) => passes(aggregate, count) === result);
}

function windowAt(
  aggregate: Aggregate,
  state: BehaviourState,
  lower: number,
  edge: readonly RuleEvent[] | undefined,
): Window {
  const { at = [], values = [], buckets } = state;
  const start = firstFrom(at, lower);
  const whole = { lower, edgeAt: [], edgeValues: [], buckets: [], at, values, start };
  if (buckets === undefined) return whole;
  const full = buckets.filter((bucket) => bucket.first >= lower);
  const cut = buckets.find((bucket) => bucket.first < lower && bucket.last >= lower);
  if (cut === undefined) return { ...whole, buckets: full };
  if (edge === undefined) return { ...whole, buckets: full, cut, edgeAt: [cut.last] };
  // The events read speak for everything up to the bucket's last instant, kept points of that very instant included.
  const points = edge
    .filter((event) => event.at >= lower && event.at <= cut.last && aggregate.matches(event))
    .sort((one, other) => one.at - other.at)
    .flatMap((event) => aggregate.valuesOf(event).map((value) => ({ at: event.at, value })));
  return {
    ...whole,
    buckets: full,
    start: firstFrom(at, cut.last + 1),
    edgeAt: points.map((point) => point.at),
    edgeValues: points.map((point) => point.value),
  };
}

function countIn({ edgeAt, buckets, at, start }: Window): number {
  return edgeAt.length + at.length - start + buckets.reduce((sum, bucket) => sum + bucket.n, 0);
}

/** The instant of the nth newest match in the window, counted from 1; inside a bucket its first instant, which is no later. */
function nthNewest({ edgeAt, buckets, at, start }: Window, n: number): number | undefined {
  if (n < 1) return undefined;
  let left = n - (at.length - start);
  if (left <= 0) return at[at.length - n];
  for (const bucket of buckets.toReversed()) {
    left -= bucket.n;
    if (left <= 0) return bucket.first;
  }
  return edgeAt[edgeAt.length - left];
}

/** Index of the first instant at or after `lower` in ascending instants. */
function firstFrom(at: readonly number[], lower: number): number {
  let low = 0;
  let high = at.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((at[middle] as number) < lower) low = middle + 1;
    else high = middle;
  }
  return low;
}

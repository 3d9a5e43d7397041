import type { RuleEvent } from '../../events/event';
import { addDecimals, addToDecimal } from './decimal';
import { aggregateOf, mostPoints, type Aggregate } from './event-aggregate';
import type { Occurrence } from './occurrences';
import type { EventCondition } from '../rule.schema';

/** What is known of events no longer kept one by one. `sum` is an exact decimal; sum, min and max only where a property is added up. */
export interface Totals {
  readonly n: number;
  readonly first: number;
  readonly last: number;
  readonly sum?: string;
  readonly min?: number;
  readonly max?: number;
}

/**
 * What one profile remembers for one event condition (and every condition with the same key): plain JSON, bounded.
 * Without a window `total` says it all. With one, `at` holds the instants of the newest matches, ascending, as many as decide but
 * `mostPoints` at most, and `values` their numbers; where older ones count they are in `buckets`, ascending, of one bucket width each. The state is a function of the
 * events seen and never of their order, so it survives disorder, retries and merges.
 */
export interface BehaviourState {
  readonly total?: Totals;
  readonly at?: readonly number[];
  readonly values?: readonly number[];
  readonly buckets?: readonly Totals[];
  /** Of a condition that looks at events side by side: the newest, in the order of time, and until when they were dropped as too many. */
  readonly seen?: readonly Occurrence[];
  readonly droppedUntil?: number;
  /** Of a score: what it was at an instant, from which it decays. */
  readonly score?: { readonly value: number; readonly at: number };
}

const hourMs = 3_600_000;
/** More make profiles larger; fewer make more stored events be read where the edge of a window decides. */
const mostBuckets = 128;

interface Point {
  readonly at: number;
  readonly value: number;
}

export function emptyState(condition: EventCondition): BehaviourState {
  const aggregate = aggregateOf(condition);
  return aggregate.windowMs === undefined ? {} : windowState(aggregate, [], []);
}

/**
 * The state after one more event, applied once; others than matching ones change nothing. Events may come late and in any
 * order. With `now`, an event that has already left the window is not taken up.
 */
export function observe(
  condition: EventCondition,
  state: BehaviourState,
  event: RuleEvent,
  now = -Infinity,
): BehaviourState {
  const aggregate = aggregateOf(condition);
  if (!aggregate.matches(event)) return state;
  if (aggregate.windowMs !== undefined && event.at < now - aggregate.windowMs) return state;
  return aggregate
    .valuesOf(event)
    .reduce((before, value) => addPoint(aggregate, before, { at: event.at, value }), state);
}

/** The state of somebody who did all that two profiles did: the same as observing the events of both. */
export function combine(condition: EventCondition, one: BehaviourState, other: BehaviourState): BehaviourState {
  const aggregate = aggregateOf(condition);
  if (aggregate.windowMs === undefined) return totalState(mergeTotals(one.total, other.total));
  const buckets = bucketsTogether(aggregate, [...(one.buckets ?? []), ...(other.buckets ?? [])]);
  return settled(aggregate, [...pointsOf(one), ...pointsOf(other)], buckets);
}

/** Drops what can never count again at `now` or later. */
export function prune(condition: EventCondition, state: BehaviourState, now: number): BehaviourState {
  const aggregate = aggregateOf(condition);
  const { at = [], buckets = [] } = state;
  if (aggregate.windowMs === undefined) return state;
  const lower = now - aggregate.windowMs;
  const isOver = (at[0] ?? Infinity) < lower || (buckets[0]?.last ?? Infinity) < lower;
  if (!isOver) return state;
  const points = pointsOf(state).filter((point) => point.at >= lower);
  const kept = buckets.filter((bucket) => bucket.last >= lower);
  return windowState(aggregate, points, kept);
}

function addPoint(aggregate: Aggregate, state: BehaviourState, point: Point): BehaviourState {
  if (aggregate.windowMs === undefined) return totalState(mergeTotals(state.total, totalsOf(aggregate, point)));
  return appended(aggregate, state, point) ?? inserted(aggregate, state, point);
}

/** The usual case without sorting: nothing is newer, and what may be pushed out counts no more. */
function appended(aggregate: Aggregate, state: BehaviourState, { at, value }: Point): BehaviourState | undefined {
  const { at: instants = [], values = [] } = state;
  const kept = keptOneByOne(aggregate);
  if (kept === 0) return state;
  const isFull = instants.length >= kept;
  if ((isFull && hasBuckets(aggregate)) || at <= (instants.at(-1) ?? -Infinity)) return undefined;
  const from = isFull ? 1 : 0;
  const next = { ...state, at: [...instants.slice(from), at] };
  return aggregate.property === undefined ? next : { ...next, values: [...values.slice(from), value] };
}

function inserted(aggregate: Aggregate, state: BehaviourState, point: Point): BehaviourState {
  return settled(aggregate, [...pointsOf(state), point], state.buckets ?? []);
}

/** Keeps the newest points, and puts older ones into buckets where they still count. */
function settled(aggregate: Aggregate, points: readonly Point[], buckets: readonly Totals[]): BehaviourState {
  const sorted = points.toSorted(byAge);
  const older = sorted.splice(0, Math.max(0, sorted.length - keptOneByOne(aggregate)));
  if (!hasBuckets(aggregate)) return windowState(aggregate, sorted, []);
  const filled = older.reduce((found, point) => addToBuckets(aggregate, found, totalsOf(aggregate, point)), buckets);
  return windowState(aggregate, sorted, filled);
}

const keptOneByOne = ({ decisive = mostPoints }: Aggregate): number => decisive;

const hasBuckets = ({ decisive }: Aggregate): boolean => decisive === undefined;

function windowState({ property }: Aggregate, points: readonly Point[], buckets: readonly Totals[]): BehaviourState {
  return {
    at: points.map((point) => point.at),
    ...(property === undefined ? {} : { values: points.map((point) => point.value) }),
    ...(buckets.length === 0 ? {} : { buckets }),
  };
}

function totalState(total: Totals | undefined): BehaviourState {
  return total === undefined ? {} : { total };
}

function pointsOf({ at = [], values }: BehaviourState): Point[] {
  return at.map((instant, index) => ({ at: instant, value: values?.[index] ?? 0 }));
}

// By value at one instant, so that which of two simultaneous matches is bucketed does not depend on their order.
function byAge(one: Point, other: Point): number {
  return one.at - other.at || one.value - other.value;
}

function totalsOf({ property }: Aggregate, { at, value }: Point): Totals {
  const seen = { n: 1, first: at, last: at };
  return property === undefined ? seen : { ...seen, sum: addToDecimal('0', [value]), min: value, max: value };
}

function addToBuckets(aggregate: Aggregate, buckets: readonly Totals[], totals: Totals): readonly Totals[] {
  const width = bucketWidth(aggregate);
  const slotOf = ({ first }: Totals): number => Math.floor(first / width);
  const slot = slotOf(totals);
  // What is no longer kept one by one is newer than almost all that is in buckets.
  const index = buckets.findLastIndex((bucket) => slotOf(bucket) <= slot);
  const present = buckets[index];
  if (present === undefined || slotOf(present) < slot) return buckets.toSpliced(index + 1, 0, totals);
  return buckets.toSpliced(index, 1, mergeTotals(present, totals));
}

function bucketsTogether(aggregate: Aggregate, buckets: readonly Totals[]): readonly Totals[] {
  const width = bucketWidth(aggregate);
  const slots = new Map<number, Totals>();
  for (const bucket of buckets) {
    const slot = Math.floor(bucket.first / width);
    slots.set(slot, mergeTotals(slots.get(slot), bucket));
  }
  return [...slots].sort(([one], [other]) => one - other).map(([, bucket]) => bucket);
}

/** Milliseconds of a bucket: an hour, or more where a long window would need over `mostBuckets` of them. */
function bucketWidth({ windowMs = 0 }: Aggregate): number {
  return Math.max(hourMs, Math.ceil(windowMs / mostBuckets));
}

function mergeTotals(one: Totals | undefined, other: Totals): Totals;
function mergeTotals(one: Totals | undefined, other: Totals | undefined): Totals | undefined;
function mergeTotals(one: Totals | undefined, other: Totals | undefined): Totals | undefined {
  if (one === undefined || other === undefined) return one ?? other;
  const seen = { n: one.n + other.n, first: Math.min(one.first, other.first), last: Math.max(one.last, other.last) };
  if (one.sum === undefined || other.sum === undefined) return seen;
  return {
    ...seen,
    sum: addDecimals(one.sum, other.sum),
    min: Math.min(one.min ?? Infinity, other.min ?? Infinity),
    max: Math.max(one.max ?? -Infinity, other.max ?? -Infinity),
  };
}

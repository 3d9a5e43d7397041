import { readInstant } from '../../instant';
import type { Json } from '../../json';
import { compileComparison, readOffset, type Compared } from '../comparison';
import { hasFrom } from '../bind-paths';
import { compareValue } from '../conditions/compare-value';
import { durationPattern, parseDuration } from '../../duration';
import { positiveOf, type Operator } from '../operators';

/** A comparison that one and the same value is to pass, or not to. */
export interface Demand {
  readonly compared: Compared;
  readonly isTrue: boolean;
}

const ofParts: readonly Operator[] = ['contains', 'starts_with', 'ends_with'];
const moving: readonly Operator[] = ['within_last', 'within_next', 'older_than', 'before', 'after'];

/**
 * Whether some value, or its absence, meets all the demands at once at `now`. Values between and beside all that are named are tried, which is
 * every kind of value there is for comparisons of order, of equality and of dates. What is said of parts of a text is not reasoned about,
 * nor of letter case, nor of values that are read from a path: such a demand rules nothing out by itself.
 */
export function valueCanBe(demands: readonly Demand[], now: number): boolean {
  const reasoned = demands.filter(({ compared }) => isReasoned(compared));
  if (reasoned.length === 0) return true;
  const tests = reasoned.map(({ compared, isTrue }) => ({ comparison: compileComparison(compared), isTrue }));
  return candidates(reasoned, now).some((value) =>
    tests.every(({ comparison, isTrue }) => compareValue(comparison, value, [], now).matches === isTrue),
  );
}

const isReasoned = ({ is, value, ignoreCase }: Compared): boolean =>
  ignoreCase !== true && !ofParts.includes(positiveOf[is] ?? is) && !hasFrom(value);

function candidates(demands: readonly Demand[], now: number): (Json | undefined)[] {
  const named = demands.flatMap(({ compared: { value } }) => (value === undefined ? [] : [value].flat()) as Json[]);
  const numbers = named.filter((value): value is number => typeof value === 'number');
  const instants = demands.flatMap(({ compared }) => instantsOf(compared, now));
  return [
    ...[undefined, true, false, 'neither of them', '', {}, Number.MAX_VALUE, -Number.MAX_VALUE],
    ...named,
    // A date may be told as text, in milliseconds or in seconds, and is a number to comparisons of order.
    ...around([...numbers, ...instants, ...instants.map((at) => at / 1_000)]),
    ...around(instants)
      .map((at) => Math.round(at))
      .filter(isTime)
      .map((at) => new Date(at).toISOString()),
  ];
}

/** Where the answer of a comparison with a date may turn. */
function instantsOf({ is, value }: Compared, now: number): number[] {
  if (!moving.includes(is) || value === undefined) return [];
  const offset = readOffset(value);
  if (offset !== undefined) return [now + offset];
  if (typeof value === 'string' && durationPattern.test(value))
    return [now - parseDuration(value), now, now + parseDuration(value)];
  const at = typeof value === 'string' || typeof value === 'number' ? readInstant(value) : undefined;
  return at === undefined ? [] : [at];
}

/** All of them, and what lies before, between and behind. */
export function around(points: readonly number[]): number[] {
  const sorted = [...new Set(points)].sort((a, b) => a - b);
  const [first, last] = [sorted[0], sorted.at(-1)];
  if (first === undefined || last === undefined) return [];
  const between = sorted.slice(1).map((point, index) => (point + (sorted[index] ?? point)) / 2);
  return [
    first - 1_000,
    first - 1,
    ...sorted,
    ...sorted.flatMap((point) => [point - 1, point + 1]),
    ...between,
    last + 1_000,
  ];
}

/** Of a year with four digits. */
const isTime = (at: number): boolean => at >= -62_167_219_200_000 && at < Date.UTC(10_000, 0, 1);

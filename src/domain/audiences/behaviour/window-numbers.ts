import type { Totals } from './behaviour-state';
import { sumOf } from './decimal';
import { passes, type Aggregate, type NumberAggregate } from './event-aggregate';

/** Numbers of matches that leave a window one after another: a single one, or a bucket of several. */
type Part = Required<Omit<Totals, 'sum'>> & { readonly sum: number };

/** The matches in a window, each part older than the next; of a bucket that its lower edge cuts at least one is in it, and one is not. */
export interface Numbers {
  readonly cut?: Totals;
  readonly buckets: readonly Totals[];
  /** One by one, those before the buckets and those after them. */
  readonly before: Singles;
  readonly after: Singles;
}

interface Singles {
  readonly at: readonly number[];
  readonly values: readonly number[];
}

/** What a number is between, both inclusive; a smallest or largest one is exact, others are out by no more than a margin. */
interface Interval {
  readonly least: number;
  readonly most: number;
}

/** Far above what adding some hundred numbers may be out by, as a part of what was added. */
const tolerance = 1e-9;

/** Whether the numbers of a window pass; `undefined` where that depends on which matches of the cut bucket are in it. */
export function numbersPass(aggregate: Aggregate, name: NumberAggregate, numbers: Numbers): boolean | undefined {
  const { cut } = numbers;
  if (cut === undefined) return passes(aggregate, numberOf(name, numbers));
  const [first, ...others] = partsOf(numbers);
  return first && judge(aggregate, whilePartlyGone(name, others.reduce(together, nothing), first));
}

/** The instant of the first match whose leaving may change the answer, or whose bucket's; `undefined` where none does. */
export function oldestThatDecides(
  aggregate: Aggregate,
  name: NumberAggregate,
  numbers: Numbers,
  answer: boolean,
): number | undefined {
  let found: number | undefined;
  let newer = nothing;
  // From the newest to the oldest, which is the first to leave.
  for (const part of partsOf(numbers).reverse()) {
    const during = part.n > 1 ? judge(aggregate, whilePartlyGone(name, newer, part)) : answer;
    if (during !== answer) found = part.first;
    else if (judge(aggregate, exactly(name, newer)) !== answer) found = part.last;
    newer = together(newer, part);
  }
  return found;
}

/** The number itself, of matches that are all known. */
export function numberOf(name: NumberAggregate, { buckets, before, after }: Numbers): number | undefined {
  const single = [...before.values, ...after.values];
  const count = buckets.reduce((sum, { n }) => sum + n, single.length);
  if (name === 'sum' || name === 'average') {
    const sum = sumOf(
      single,
      buckets.map((bucket) => bucket.sum ?? '0'),
    );
    if (name === 'sum') return sum;
    return count === 0 ? undefined : sum / count;
  }
  if (count === 0) return undefined;
  const extremes = buckets.flatMap((bucket) => bucket[name] ?? []);
  return [...single, ...extremes].reduce((one, other) => Math[name](one, other));
}

const nothing: Part = { n: 0, first: Infinity, last: -Infinity, sum: 0, min: Infinity, max: -Infinity };

function partsOf({ cut, buckets, before, after }: Numbers): Part[] {
  return [...(cut ? [partOf(cut)] : []), ...singly(before), ...buckets.map(partOf), ...singly(after)];
}

// Field by field, since a rest of fields takes ten times as long, and there are many buckets.
function partOf({ n, first, last, sum = '0', min = 0, max = 0 }: Totals): Part {
  return { n, first, last, sum: Number(sum), min, max };
}

function singly({ at, values }: Singles): Part[] {
  return at.map((instant, index) => {
    const value = values[index] ?? 0;
    return { n: 1, first: instant, last: instant, sum: value, min: value, max: value };
  });
}

function together(one: Part, other: Part): Part {
  return {
    n: one.n + other.n,
    first: Math.min(one.first, other.first),
    last: Math.max(one.last, other.last),
    sum: one.sum + other.sum,
    min: Math.min(one.min, other.min),
    max: Math.max(one.max, other.max),
  };
}

/** Between what the number lies of all of `newer` and some of a bucket, but neither none nor all of it. */
function whilePartlyGone(name: NumberAggregate, newer: Part, bucket: Part): Interval {
  if (name === 'sum') {
    // What is left of the bucket is some of its numbers, and so is what has left.
    const some = { least: sumOfSome(bucket, bucket.min, Math.min), most: sumOfSome(bucket, bucket.max, Math.max) };
    const least = newer.sum + Math.max(some.least, bucket.sum - some.most);
    const most = newer.sum + Math.min(some.most, bucket.sum - some.least);
    return widened({ least, most }, [newer, bucket]);
  }
  if (name === 'average') {
    // Widened, since a quotient may be rounded to beside what is averaged.
    const [least, most] = [Math.min(newer.min, bucket.min), Math.max(newer.max, bucket.max)];
    return widened({ least, most }, [newer, bucket]);
  }
  return { least: Math[name](newer[name], bucket.min), most: Math[name](newer[name], bucket.max) };
}

const sumOfSome = ({ n }: Part, each: number, choose: (one: number, other: number) => number): number =>
  choose(each, each * (n - 1));

function exactly(name: NumberAggregate, part: Part): Interval | undefined {
  if (part.n === 0 && name !== 'sum') return undefined;
  const number = name === 'average' ? part.sum / part.n : part[name];
  const interval = { least: number, most: number };
  return name === 'sum' || name === 'average' ? widened(interval, [part]) : interval;
}

function widened({ least, most }: Interval, parts: readonly Part[]): Interval {
  const added = parts.reduce((sum, part) => sum + part.n * largest(part), 0);
  const margin = tolerance * (1 + added);
  return { least: least - margin, most: most + margin };
}

const largest = ({ n, min, max }: Part): number => (n === 0 ? 0 : Math.max(Math.abs(min), Math.abs(max)));

/** The answer that every number of the interval gives, or no number at all; `undefined` where they differ. */
function judge(aggregate: Aggregate, interval: Interval | undefined): boolean | undefined {
  if (interval === undefined) return passes(aggregate, undefined);
  const { least, most } = interval;
  const isClear =
    least === most || aggregate.thresholds?.every((threshold) => most < threshold || least > threshold) === true;
  return isClear ? passes(aggregate, least) : undefined;
}

import { parseDuration } from '../../duration';
import type { RuleEvent } from '../../events/event';
import { isOwn } from '../../events/own';
import type { Json } from '../../json';
import { onceForEach } from '../../once-for-each';
import { partsOf, someAt } from '../../path';
import { compileComparison, type Comparison } from '../comparison';
import type { EventCondition, Where } from '../rule.schema';

export const aggregates = ['count', 'sum', 'min', 'max', 'average', 'first', 'last'] as const;
/** How many matches a window keeps one by one at most. */
export const mostPoints = 128;
type AggregateName = (typeof aggregates)[number];
/** Those that work out a number from a property of each match. */
export type NumberAggregate = Exclude<AggregateName, 'count' | 'first' | 'last'>;

/** What a condition works out over its matching events, made ready. */
export interface Aggregate {
  readonly name: AggregateName;
  /** The property added up by sum, min, max and average. */
  readonly property?: string;
  readonly comparison: Comparison;
  /** Numbers at which the comparison may change its answer, descending. */
  readonly boundaries: readonly number[];
  /** The numbers that the comparison compares with, between which its answer stays; absent where it compares with anything else. */
  readonly thresholds?: readonly number[];
  readonly windowMs?: number;
  /** How many of the newest matches decide the answer, at most `mostPoints`, whatever happened before them; absent where every match counts. */
  readonly decisive?: number;
  matches(event: RuleEvent): boolean;
  /** The numbers an event adds; for counts and dates one 0. A property that is no number adds nothing. */
  valuesOf(event: RuleEvent): readonly number[];
}

const atLeastOne = { is: 'at_least', value: 1 } as const;
const one: readonly number[] = [0];

/** The aggregate of a condition; worked out once for each condition object. */
export const aggregateOf = onceForEach(compileAggregate);

function compileAggregate(condition: EventCondition): Aggregate {
  const name = aggregates.find((candidate) => condition[candidate] !== undefined) ?? 'count';
  const test = condition[name] ?? atLeastOne;
  const property = propertyOf(condition);
  const comparison = compileComparison(test);
  const boundaries = boundariesOf(test.value);
  const thresholds = thresholdsOf(test.value);
  const decisive = decisiveOf(name, { comparison, boundaries });
  return {
    name,
    ...(property === undefined ? {} : { property }),
    comparison,
    boundaries,
    ...(thresholds && { thresholds }),
    ...(decisive === undefined ? {} : { decisive }),
    ...(condition.within === undefined ? {} : { windowMs: parseDuration(condition.within) }),
    matches: compileMatch(condition),
    valuesOf: property === undefined ? () => one : compileValues(property),
  };
}

/** Whether an event is one that a condition, or a part of one, asks for. What Heddle itself has done is no event of anybody: `*` is not about it. */
export function compileMatch({
  event,
  where,
}: Pick<EventCondition, 'event' | 'where'>): (happened: RuleEvent) => boolean {
  const tests = (where ?? []).map(compileWhere);
  const isAny = event === '*';
  const isNamed = isAny ? ({ name }: RuleEvent) => !isOwn(name) : ({ name }: RuleEvent) => name === event;
  return (happened) => isNamed(happened) && tests.every((test) => test(happened.properties));
}

function compileWhere(where: Where): (properties: Json) => boolean {
  const parts = partsOf(where.property);
  const { holds, isNegated } = compileComparison(where);
  return (properties) => someAt(properties, parts, holds) !== isNegated;
}

function compileValues(property: string): (event: RuleEvent) => readonly number[] {
  const parts = partsOf(property);
  return ({ properties }) => {
    const found: number[] = [];
    someAt(properties, parts, (value) => {
      if (typeof value === 'number') found.push(value);
      return false;
    });
    return found;
  };
}

function boundariesOf(value: unknown): readonly number[] {
  const numbers = (Array.isArray(value) ? value : [value]).filter((item): item is number => typeof item === 'number');
  const near = numbers.flatMap((item) => [Math.ceil(item) - 1, Math.floor(item)]);
  return [...new Set(near)].sort((a, b) => b - a);
}

/** The numbers that a comparison compares with; `undefined` where it compares with anything else. */
export function thresholdsOf(value: unknown): readonly number[] | undefined {
  const values: readonly unknown[] = value === undefined ? [] : [value].flat();
  return values.every((item): item is number => typeof item === 'number') ? values : undefined;
}

function propertyOf({ sum, min, max, average }: EventCondition): string | undefined {
  return (sum ?? min ?? max ?? average)?.property;
}

/**
 * "At least five" is decided by the newest five: the sixth newest changes nothing, wherever the window begins. Of thresholds beyond
 * what is kept one by one, every match counts.
 */
function decisiveOf(name: AggregateName, counted: Pick<Aggregate, 'comparison' | 'boundaries'>): number | undefined {
  if (name === 'last') return 1;
  if (name !== 'count') return undefined;
  const highest = counted.boundaries.find(
    (count) => count >= 0 && passes(counted, count) !== passes(counted, count + 1),
  );
  const enough = highest === undefined ? 0 : highest + 1;
  return enough <= mostPoints ? enough : undefined;
}

/** Whether a number, or its absence, passes the comparison of an aggregate. */
export function passes({ comparison }: Pick<Aggregate, 'comparison'>, result: number | undefined): boolean {
  return (result !== undefined && comparison.holds(result)) !== comparison.isNegated;
}

import { z } from 'zod';
import { Duration, EventName, Path } from '../../definition-fields.schema';
import { isJsonObject } from '../../json';
import { oneOf } from '../../one-of.schema';
import { checkWhere } from '../check-where';
import { Where } from '../where.schema';

/** Bounds of one value: how many of a list are kept unless it says how many, how many at most, and how many signals a score has. */
export const computedLimits = { list: 20, mostListed: 100, signals: 50, points: 1_000_000 } as const;

const numbersOf = ['sum', 'min', 'max', 'average'] as const;
const valuesOf = ['first', 'last', 'unique', 'list'] as const;

const Tests = z.array(Where).min(1).max(20).optional();

/**
 * A value of what somebody did. One of `count`; `sum`, `min`, `max` and `average` of the numbers at a property; `first` and `last`, the value
 * of the oldest and the newest match that has one; `unique`, how many different values there are; `list`, the different values, newest first.
 */
const EventValue = z
  .strictObject({
    event: EventName,
    where: Tests,
    within: Duration.optional(),
    count: z.literal(true).optional(),
    sum: Path.optional(),
    min: Path.optional(),
    /** A property; with `list`, how many values. */
    max: z.union([Path, z.int().min(1).max(computedLimits.mostListed)]).optional(),
    average: Path.optional(),
    first: Path.optional(),
    last: Path.optional(),
    unique: Path.optional(),
    list: Path.optional(),
  })
  .superRefine((value, context) => {
    const issue = (path: string, message: string) => context.addIssue({ code: 'custom', path: [path], message });
    const named = aggregatesIn(value);
    if (named.length !== 1) issue(named[1] ?? 'count', oneAggregate);
    if (typeof value.max === 'number' && value.list === undefined) issue('max', maxOfList);
    if (typeof value.max === 'string' && value.list !== undefined) issue('max', maxIsNumber);
    checkTests(value.where, context);
  });

const Points = z.number().min(-computedLimits.points).max(computedLimits.points);
const Signal = z
  .strictObject({
    event: EventName,
    where: Tests,
    /** For each match; or the numbers at a property, each times so many. */
    points: z.union([Points, z.strictObject({ property: Path, times: Points.optional() })]),
  })
  .superRefine(({ where }, context) => checkTests(where, context));

/** Points for what somebody does; with a half-life, each counts half as much for every one that has passed. */
const ScoreValue = z.strictObject({
  score: z.array(Signal).min(1).max(computedLimits.signals),
  halfLife: Duration.optional(),
});

const either = z.union([EventValue, ScoreValue]);

/** What a computed trait, or a variable of an audience, is worked out from. */
export const ComputedValue = oneOf(either, (value) =>
  isJsonObject(value) && Object.hasOwn(value, 'score') ? ScoreValue : EventValue,
);

export type EventValue = z.infer<typeof EventValue>;
export type ScoreValue = z.infer<typeof ScoreValue>;
export type ComputedValue = z.infer<typeof either>;
export type AggregateName = 'count' | (typeof numbersOf)[number] | (typeof valuesOf)[number];

const oneAggregate =
  'A value is one of count, sum, min, max, average, first, last, unique and list; define another trait for another.';
const maxOfList = 'A number here is how many values a "list" has; name the property whose largest number is meant.';
const maxIsNumber = 'With "list", "max" is how many values are kept, at most 100.';

function aggregatesIn(value: Readonly<Partial<Record<AggregateName, unknown>>>): AggregateName[] {
  return (['count', ...numbersOf, ...valuesOf] as const).filter(
    (name) => value[name] !== undefined && !(name === 'max' && value.list !== undefined),
  );
}

/** The one aggregate of a value that the schema has let through. */
export const aggregateNameOf = (value: EventValue): AggregateName => aggregatesIn(value)[0] ?? 'count';

function checkTests(where: readonly Where[] | undefined, context: z.core.$RefinementCtx): void {
  for (const [index, test] of (where ?? []).entries())
    for (const { path, message, suggestion } of checkWhere(test, '', { hasPaths: false }))
      context.addIssue({
        code: 'custom',
        path: ['where', index, ...path.split('/').slice(1)],
        message: `${message} ${suggestion}`,
      });
}

/** Where in an event a value was found, or the numbers that it was worked out of: of one event it is what that says. */
export function propertyTold(value: ComputedValue): string | undefined {
  if ('score' in value) return undefined;
  const name = aggregateNameOf(value);
  const found = name === 'count' || name === 'unique' ? undefined : value[name];
  return typeof found === 'string' ? found : undefined;
}

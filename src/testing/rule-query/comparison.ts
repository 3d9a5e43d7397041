import { durationPattern, parseDuration } from '../../domain/duration';
import { readInstant } from '../../domain/instant';
import { readOffset, type Compared } from '../../domain/audiences/comparison';
import { positiveOf, type Operator } from '../../domain/audiences/operators';
import type { Value } from '../../domain/audiences/rule.schema';
import {
  always,
  and,
  anyOf,
  compare,
  isNumber,
  isOfType,
  isPresent,
  literal,
  or,
  using,
  when,
  type Expression,
  type Fresh,
} from './expression';
import { instantOf } from './instant';

export interface Asking {
  readonly fresh: Fresh;
  /** Epoch milliseconds. */
  readonly now: number;
}

/** As `Comparison`, of which `holds` is an expression on a value that is there; `undefined` where none says it. */
export interface ComparisonQuery {
  readonly isNegated: boolean;
  /** Whether time alone changes it. */
  readonly isMoving: boolean;
  readonly holds: (value: Expression) => Expression;
}

interface Expected {
  readonly value: Value | undefined;
  readonly ignoreCase: boolean;
}
type Holds = (value: Expression, expected: Expected, asking: Asking) => Expression;

export function compareQuery({ is, value, ignoreCase = false }: Compared, asking: Asking): ComparisonQuery | undefined {
  const positive = positiveOf[is] ?? is;
  if (ignoreCase && !isAscii(value)) return undefined;
  const holds = holders[positive];
  if (!holds) return undefined;
  const isMoving = dates.has(positive) ? readOffset(value) !== undefined : spans.has(positive);
  return {
    isNegated: positive !== is,
    isMoving,
    holds: (found) => holds(found, { value, ignoreCase }, asking),
  };
}

const spans = new Set<Operator>(['within_last', 'within_next', 'older_than']);
const dates = new Set<Operator>(['before', 'after']);

/** Of other letters stores know no small ones. */
const isAscii = (value: Value | undefined): boolean =>
  [value].flat().every((one) => typeof one !== 'string' || /^[\0-\x7f]*$/.test(one));

const never = always(false);

/** The two letters beyond ASCII whose small ones are within it are written out; the rest that stores leave alone is equal to nothing of ASCII. */
const lowered = (text: Expression): Expression => ({
  $toLower: {
    $replaceAll: {
      input: { $replaceAll: { input: text, find: '\u212a', replacement: 'k' } },
      find: '\u0130',
      replacement: 'i\u0307',
    },
  },
});

const textAs = (value: Expression, { ignoreCase }: Expected): Expression => (ignoreCase ? lowered(value) : value);
const expectedText = (value: string, { ignoreCase }: Expected): string => (ignoreCase ? value.toLowerCase() : value);

const text =
  (test: (value: Expression, expected: string) => Expression): Holds =>
  (value, expected) =>
    typeof expected.value === 'string'
      ? when(isOfType(value, 'string'), test(textAs(value, expected), expectedText(expected.value, expected)), false)
      : never;

const equals: Holds = (value, expected, asking) => {
  const { value: wanted } = expected;
  if (typeof wanted === 'string') return same(value, expected, asking);
  if (typeof wanted === 'number') return and(isNumber(value), compare('$eq', value, wanted));
  return typeof wanted === 'boolean' ? and(isOfType(value, 'bool'), compare('$eq', value, wanted)) : never;
};
const same: Holds = (value, expected, asking) =>
  text((one, other) => compare('$eq', one, literal(other)))(value, expected, asking);

const oneOf: Holds = (value, expected) => {
  if (!Array.isArray(expected.value)) return never;
  const texts = expected.value.filter((one) => typeof one === 'string').map((one) => expectedText(one, expected));
  const others = expected.value.filter((one) => typeof one !== 'string');
  const isText = { $in: [textAs(value, expected), literal(texts)] };
  const isOther = and(or(isNumber(value), isOfType(value, 'bool')), { $in: [value, literal(others)] });
  return when(isOfType(value, 'string'), isText, isOther);
};

const contains: Holds = (value, expected, asking) => {
  const isElement = anyOf(asking.fresh, value, (element) =>
    using(asking.fresh, { $ifNull: [element, null] }, (one) => equals(one, expected, asking)),
  );
  return when(isOfType(value, 'array'), isElement, text(isPart)(value, expected, asking));
};
/** Splitting by nothing is an error. */
const isPart = (value: Expression, expected: string): Expression =>
  expected === '' ? always(true) : compare('$gt', { $size: { $split: [value, literal(expected)] } }, 1);

const lengthOf = (value: string): number => [...value].length;
const startsWith = (value: Expression, expected: string): Expression =>
  compare('$eq', { $substrCP: [value, 0, lengthOf(expected)] }, literal(expected));
const endsWith = (value: Expression, expected: string): Expression => {
  const from = { $subtract: [{ $strLenCP: value }, lengthOf(expected)] };
  const ending = { $substrCP: [value, from, lengthOf(expected)] };
  return when(compare('$gte', from, 0), compare('$eq', ending, literal(expected)), false);
};

const number =
  (how: '$gt' | '$gte' | '$lt' | '$lte'): Holds =>
  (value, { value: wanted }) =>
    typeof wanted === 'number' ? and(isNumber(value), compare(how, value, wanted)) : never;

const between: Holds = (value, { value: wanted }) => {
  const [low, high] = Array.isArray(wanted) ? wanted : [];
  if (typeof low !== 'number' || typeof high !== 'number') return never;
  return and(isNumber(value), compare('$gte', value, low), compare('$lte', value, high));
};

const instant = (value: Expression, { fresh }: Asking, test: (at: Expression) => Expression): Expression =>
  using(fresh, instantOf(fresh, value), (at) => and(isPresent(at), test(at)));

const date =
  (how: '$lt' | '$gt'): Holds =>
  (value, { value: wanted }, asking) => {
    const offset = readOffset(wanted);
    const isDate = typeof wanted === 'string' || typeof wanted === 'number';
    const expected = offset === undefined ? (isDate ? readInstant(wanted) : undefined) : asking.now + offset;
    return expected === undefined ? never : instant(value, asking, (at) => compare(how, at, expected));
  };

const lasting =
  (span: (now: number, milliseconds: number) => { readonly from: number; readonly to: number }): Holds =>
  (value, { value: wanted }, asking) => {
    if (typeof wanted !== 'string' || !durationPattern.test(wanted)) return never;
    const { from, to } = span(asking.now, parseDuration(wanted));
    const least = (at: Expression) => (from === -Infinity ? always(true) : compare('$gte', at, from));
    return instant(value, asking, (at) => and(least(at), compare('$lte', at, to)));
  };

const holders: { readonly [Name in Operator]?: Holds } = {
  equals,
  in: oneOf,
  contains,
  starts_with: text(startsWith),
  ends_with: text(endsWith),
  set: () => always(true),
  greater_than: number('$gt'),
  at_least: number('$gte'),
  less_than: number('$lt'),
  at_most: number('$lte'),
  between,
  before: date('$lt'),
  after: date('$gt'),
  within_last: lasting((now, window) => ({ from: now - window, to: now })),
  within_next: lasting((now, window) => ({ from: now, to: now + window })),
  older_than: lasting((now, window) => ({ from: -Infinity, to: now - window })),
};

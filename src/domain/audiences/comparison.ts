import { durationPattern, parseDuration } from '../duration';
import type { Json } from '../json';
import { readInstant } from '../instant';
import { positiveOf, type Operator } from './operators';
import type { Value } from './rule.schema';

/** The part of a condition that compares: an operator, what it compares with, and whether letter case counts. */
export interface Compared {
  readonly is: Operator;
  readonly value?: Value | undefined;
  readonly ignoreCase?: boolean | undefined;
}

/** The instants of asking, `from` inclusive to `to` exclusive, at which a date passes. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

/** A comparison made ready. A value of the wrong type, on either side, never holds. */
export interface Comparison {
  readonly isNegated: boolean;
  /** Whether a present value satisfies the positive form. Not asked when `spanOf` is there. */
  readonly holds: (actual: Json) => boolean;
  /** For operators that move with time: when a present value passes. */
  readonly spanOf?: (actual: Json) => Span | undefined;
}

type Holds = (actual: Json) => boolean;
type Fold = (text: Json) => Json;

const never: Holds = () => false;
const lowered: Fold = (value) => (typeof value === 'string' ? value.toLowerCase() : value);

export function compileComparison({ is, value, ignoreCase }: Compared): Comparison {
  const positive = positiveOf[is] ?? is;
  const isNegated = positive !== is;
  const spanOf = spans[positive]?.(value);
  if (spanOf) return { isNegated, holds: never, spanOf };
  const fold = ignoreCase === true ? lowered : undefined;
  return { isNegated, holds: holders[positive]?.(value, fold) ?? never };
}

const number =
  (compare: (actual: number, expected: number) => boolean) =>
  (value: Value | undefined): Holds =>
    typeof value === 'number' ? (actual) => typeof actual === 'number' && compare(actual, value) : never;

const text =
  (compare: (actual: string, expected: string) => boolean) =>
  (value: Value | undefined, fold: Fold | undefined): Holds => {
    if (typeof value !== 'string') return never;
    if (!fold) return (actual) => typeof actual === 'string' && compare(actual, value);
    const expected = value.toLowerCase();
    return (actual) => typeof actual === 'string' && compare(actual.toLowerCase(), expected);
  };

function equals(value: Value | undefined, fold: Fold | undefined): Holds {
  if (value === undefined || typeof value === 'object') return never;
  if (!fold) return (actual) => actual === value;
  const expected = fold(value);
  return (actual) => fold(actual) === expected;
}

function oneOf(value: Value | undefined, fold: Fold | undefined): Holds {
  if (!Array.isArray(value)) return never;
  const listed = new Set<Json>(fold ? value.map(fold) : value);
  return fold ? (actual) => listed.has(fold(actual)) : (actual) => listed.has(actual);
}

function contains(value: Value | undefined, fold: Fold | undefined): Holds {
  const isElement = equals(value, fold);
  const isPart = text((actual, expected) => actual.includes(expected))(value, fold);
  return (actual) => (Array.isArray(actual) ? actual.some(isElement) : isPart(actual));
}

function between(value: Value | undefined): Holds {
  const [low, high] = Array.isArray(value) ? value : [];
  if (typeof low !== 'number' || typeof high !== 'number') return never;
  return (actual) => typeof actual === 'number' && actual >= low && actual <= high;
}

const date =
  (compare: (actual: number, expected: number) => boolean) =>
  (value: Value | undefined): Holds => {
    const expected = isDateValue(value) ? readInstant(value) : undefined;
    if (expected === undefined) return never;
    return (actual) => {
      const at = readInstant(actual);
      return at !== undefined && compare(at, expected);
    };
  };

const holders: { readonly [Name in Operator]?: (value: Value | undefined, fold: Fold | undefined) => Holds } = {
  equals,
  in: oneOf,
  contains,
  starts_with: text((actual, expected) => actual.startsWith(expected)),
  ends_with: text((actual, expected) => actual.endsWith(expected)),
  set: () => () => true,
  greater_than: number((actual, expected) => actual > expected),
  at_least: number((actual, expected) => actual >= expected),
  less_than: number((actual, expected) => actual < expected),
  at_most: number((actual, expected) => actual <= expected),
  between,
  before: date((actual, expected) => actual < expected),
  after: date((actual, expected) => actual > expected),
};

type SpanOf = (actual: Json) => Span | undefined;

function spanning(shape: (at: number) => Span): SpanOf {
  return (actual) => {
    const at = readInstant(actual);
    return at === undefined ? undefined : shape(at);
  };
}

const lasting =
  (shape: (at: number, milliseconds: number) => Span) =>
  (value: Value | undefined): SpanOf | undefined => {
    if (typeof value !== 'string' || !durationPattern.test(value)) return undefined;
    const milliseconds = parseDuration(value);
    return spanning((at) => shape(at, milliseconds));
  };

const shifted =
  (shape: (at: number, offset: number) => Span) =>
  (value: Value | undefined): SpanOf | undefined => {
    const offset = readOffset(value);
    return offset === undefined ? undefined : spanning((at) => shape(at, offset));
  };

// Windows are closed: with `within_last` W a date still passes at date + W and no longer one millisecond later.
const spans: { readonly [Name in Operator]?: (value: Value | undefined) => SpanOf | undefined } = {
  within_last: lasting((at, window) => ({ from: at, to: at + window + 1 })),
  within_next: lasting((at, window) => ({ from: at - window, to: at + 1 })),
  older_than: lasting((at, window) => ({ from: at + window, to: Infinity })),
  before: shifted((at, offset) => ({ from: at - offset + 1, to: Infinity })),
  after: shifted((at, offset) => ({ from: -Infinity, to: at - offset })),
};

/** Milliseconds from now of `"now"`, `"-30d"` or `"+7d"`; `undefined` for anything else. */
export function readOffset(value: unknown): number | undefined {
  if (value === 'now') return 0;
  if (typeof value !== 'string' || !/^[+-]/.test(value) || !durationPattern.test(value.slice(1))) return undefined;
  return (value.startsWith('-') ? -1 : 1) * parseDuration(value.slice(1));
}

function isDateValue(value: Value | undefined): value is string | number {
  return typeof value === 'string' || typeof value === 'number';
}

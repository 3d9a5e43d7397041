import { durationPattern } from '../duration';
import { isJsonObject } from '../json';
import { readOffset, type Compared } from './comparison';
import type { CheckContext, Finding } from './condition-kind';
import { readInstant } from '../instant';
import { positiveOf, type Operator } from './operators';
import type { Value } from './rule.schema';

interface Need {
  readonly what: string;
  readonly example: string;
  readonly isMet: (value: Exclude<Value, { from: string }>) => boolean;
}

const aNumber: Need = { what: 'a number', example: '100', isMet: (value) => typeof value === 'number' };
const someText: Need = { what: 'text', example: '"gold"', isMet: (value) => typeof value === 'string' };
const oneValue: Need = {
  what: 'text, a number, true or false',
  example: '"gold"',
  isMet: (value) => !Array.isArray(value),
};
const aDuration: Need = {
  what: 'a duration',
  example: '"7d"',
  isMet: (value) => typeof value === 'string' && durationPattern.test(value),
};
const aDate: Need = {
  what: 'a date or an offset from now',
  example: '"2026-03-01", "2026-03-01T09:00:00Z", "now" or "-30d"',
  isMet: (value) => readOffset(value) !== undefined || (!Array.isArray(value) && isInstant(value)),
};
const aList: Need = {
  what: 'a list with at least one value',
  example: '["gold", "silver"]',
  isMet: (value) => Array.isArray(value) && value.length > 0,
};
const aRange: Need = {
  what: 'two numbers, the lower first',
  example: '[10, 20]',
  isMet: (value) => {
    const [low, high, ...more] = Array.isArray(value) ? value : [];
    return typeof low === 'number' && typeof high === 'number' && low <= high && more.length === 0;
  },
};

const needs: { readonly [Name in Operator]: Need | undefined } = {
  equals: oneValue,
  not_equals: oneValue,
  in: aList,
  not_in: aList,
  contains: oneValue,
  not_contains: oneValue,
  starts_with: someText,
  ends_with: someText,
  set: undefined,
  not_set: undefined,
  greater_than: aNumber,
  at_least: aNumber,
  less_than: aNumber,
  at_most: aNumber,
  between: aRange,
  before: aDate,
  after: aDate,
  within_last: aDuration,
  within_next: aDuration,
  older_than: aDuration,
};
const folding = new Set<Operator>(['equals', 'in', 'contains', 'starts_with', 'ends_with']);

/** Whether the value is what the operator needs. `path` is the JSON pointer of the condition. */
export function checkComparison(compared: Compared, path: string, { hasPaths }: CheckContext): Finding[] {
  const { is, value, ignoreCase } = compared;
  const findings: Finding[] = [];
  if (isFromValue(value)) {
    if (!hasPaths) findings.push(pathsNeeded(`${path}/value`));
  } else {
    findings.push(...checkValue(is, value, `${path}/value`));
  }
  if (ignoreCase === true && !folding.has(positiveOf[is] ?? is)) {
    findings.push({
      code: 'case_not_compared',
      path: `${path}/ignoreCase`,
      message: `"${is}" does not compare letters.`,
      suggestion: 'Leave "ignoreCase" out.',
    });
  }
  return findings;
}

/** For counts and sums, whose value must be a number even where the operator would also take text. */
export function checkNumberTest(test: Compared, path: string, context: CheckContext): Finding[] {
  const { is, value } = test;
  const takesAny = is === 'equals' || is === 'not_equals';
  if (takesAny && value !== undefined && !isFromValue(value) && typeof value !== 'number') {
    return [mismatch(is, value, aNumber, `${path}/value`)];
  }
  return checkComparison(test, path, context);
}

/** Whether a value is `{ "from": path }`: no other value of a comparison is an object. */
export function isFromValue(value: unknown): value is { from: string } {
  return isJsonObject(value);
}

export function pathsNeeded(path: string): Finding {
  return {
    code: 'path_outside_journey',
    path,
    message: 'Only rules inside a journey can read a path that is not of something computed.',
    suggestion: 'Write the value itself, or use a trait condition.',
  };
}

function checkValue(is: Operator, value: Exclude<Value, { from: string }> | undefined, path: string): Finding[] {
  const need = needs[is];
  if (need === undefined) {
    if (value === undefined) return [];
    return [
      { code: 'value_not_used', path, message: `"${is}" compares with nothing.`, suggestion: 'Leave "value" out.' },
    ];
  }
  return value !== undefined && need.isMet(value) ? [] : [mismatch(is, value, need, path)];
}

function mismatch(is: Operator, value: Value | undefined, need: Need, path: string): Finding {
  return {
    code: 'value_type',
    path,
    message: `"${is}" needs ${need.what}, not ${describeValue(value)}.`,
    suggestion: `Write, for example, ${need.example}.`,
  };
}

function describeValue(value: Value | undefined): string {
  if (value === undefined) return 'nothing';
  if (Array.isArray(value)) return 'this list';
  if (typeof value === 'string') return /^-?\d+(\.\d+)?$/.test(value) ? 'a number in text' : 'this text';
  return typeof value === 'number' ? 'this number' : 'true or false';
}

function isInstant(value: Exclude<Value, readonly unknown[] | { from: string }>): boolean {
  return readInstant(value) !== undefined;
}

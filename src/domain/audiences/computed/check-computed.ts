import { partsOf } from '../../path';
import { checkComparison, checkNumberTest } from '../check-comparison';
import type { CheckContext, Finding } from '../condition-kind';
import { numberOperators, type Operator } from '../operators';
import type { PathCondition } from '../rule.schema';
import { computedIn, type ComputedType } from './measure';

const ofNumbers = new Set<Operator>([...numberOperators, 'in', 'not_in', 'set', 'not_set']);
const ofLists = new Set<Operator>(['contains', 'not_contains', 'set', 'not_set']);

export const readsComputed = (path: string): boolean => partsOf(path)[0] === 'computed';

/** What is wrong with a condition on something computed: where it is, and whether the operator can compare what it is. */
export function checkComputed(condition: PathCondition, at: string, context: CheckContext): Finding[] {
  const read = computedIn(condition.path);
  if (!read) return [noSuchPath(`${at}/path`)];
  if (!context.computed) return checkComparison(condition, at, context);
  const type = context.computed.get(read.key);
  if (type === undefined) return [unknownComputedTrait(read.key, `${at}/path`)];
  if (read.isOfElements && type !== 'list') return [noSuchPath(`${at}/path`)];
  if (!read.isOfElements && !takes(type, condition.is)) return [wrongOperator(condition, type, `${at}/is`)];
  return type === 'number' ? checkNumbers(condition, at, context) : checkComparison(condition, at, context);
}

const takes = (type: ComputedType, is: Operator): boolean =>
  type === 'any' || (type === 'number' ? ofNumbers : ofLists).has(is);

function checkNumbers(condition: PathCondition, at: string, context: CheckContext): Finding[] {
  const { value } = condition;
  const hasText = Array.isArray(value) && value.some((one) => typeof one !== 'number');
  if (!hasText) return checkNumberTest(condition, at, context);
  return [
    {
      code: 'value_type',
      path: `${at}/value`,
      message: `"${condition.is}" compares a number here, and something in this list is none.`,
      suggestion: 'Write, for example, [10, 20].',
    },
  ];
}

const noSuchPath = (path: string): Finding => ({
  code: 'computed_path',
  path,
  message: 'A path to something computed is "computed" and its key, and of a list "[]" for any of its values.',
  suggestion: 'Write, for example, "computed.score" or "computed.last-viewed[]".',
});

export const unknownComputedTrait = (key: string, path: string): Finding => ({
  code: 'unknown_computed_trait',
  path,
  message: `There is no computed trait "${key}".`,
  suggestion: 'Save that computed trait first, or correct its key.',
});

const wrongOperator = ({ path: of, is }: PathCondition, type: ComputedType, path: string): Finding => ({
  code: 'operator_type',
  path,
  message: `"${of}" is a ${type}, which "${is}" cannot compare.`,
  suggestion: `Write one of ${[...(type === 'number' ? ofNumbers : ofLists)].join(', ')}${type === 'list' ? `, or compare its values as "${of}[]"` : ''}.`,
});

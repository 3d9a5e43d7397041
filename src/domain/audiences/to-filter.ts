import type { Filter } from './condition-kind';
import { conditionFilter } from './condition-kinds';
import type { Rule } from './rule.schema';

/**
 * The rule as a MongoDB filter over profile documents, plain data with explicit operators only, or `undefined` when some
 * part of it (behaviour, moving dates, lists, letter case, awkward names) can only be evaluated.
 */
export function toFilter(rule: Rule, now: number): Filter | undefined {
  if ('all' in rule) return group('$and', rule.all, now);
  if ('any' in rule) return group('$or', rule.any, now);
  if ('not' in rule) return group('$nor', [rule.not], now);
  return conditionFilter(rule, now);
}

function group(operator: '$and' | '$or' | '$nor', rules: readonly Rule[], now: number): Filter | undefined {
  const filters = rules.map((rule) => toFilter(rule, now));
  return filters.includes(undefined) ? undefined : { [operator]: filters };
}

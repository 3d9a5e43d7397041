import type { Condition, Rule } from './rule.schema';

/** The rule with something else in the place of each condition. What a condition holds of its own, such as `members`, is for `change` to see to. */
export function mapConditions(rule: Rule, change: (condition: Condition) => Rule): Rule {
  if ('all' in rule) return { all: rule.all.map((one) => mapConditions(one, change)) };
  if ('any' in rule) return { any: rule.any.map((one) => mapConditions(one, change)) };
  if ('not' in rule) return { not: mapConditions(rule.not, change) };
  return change(rule);
}

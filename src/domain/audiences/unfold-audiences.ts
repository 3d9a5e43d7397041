import { leavesOf } from './compile-rule';
import { mapConditions } from './map-conditions';
import type { Rule } from './rule.schema';

/** The rule of an audience, where it is known. */
export type RuleOf = (audience: string) => Rule | undefined;

/**
 * The rule with the rules of audiences in the places of their names, however far, as long as it has no more than `most` conditions: what would
 * make it larger stays a name. Audiences that refer to each other twice would otherwise double it with each step.
 */
export function unfoldAudiences(rule: Rule, ruleOf: RuleOf, most: number): Rule {
  let left = most - leavesOf(rule).length;
  const unfold = (one: Rule, above: readonly string[]): Rule =>
    mapConditions(one, (condition) => {
      if (!('audience' in condition) || above.includes(condition.audience)) return condition as Rule;
      const found = ruleOf(condition.audience);
      const more = found ? leavesOf(found).length - 1 : 0;
      if (!found || more > left) return condition;
      left -= more;
      return unfold(found, [...above, condition.audience]);
    });
  return unfold(rule, []);
}

import { leavesOf } from '../audiences/compile-rule';
import { mapConditions } from '../audiences/map-conditions';
import type { Condition, GroupCondition, Rule } from '../audiences/rule.schema';
import { unfoldAudiences, type RuleOf } from '../audiences/unfold-audiences';

/** Conditions that a rule on members may grow to when audiences are put in their places; what is beyond is counted by its name. */
const mostConditions = 200;

/**
 * The rule with each condition on members of a group given what is counted for it: the same with the rules of audiences in the places of
 * their names. Whoever edits such an audience has another thing counted, beside the present one and before it serves, so that at the switch
 * no count is a mixture of both. An audience that itself asks for groups stays a name, since no member can be asked that alone.
 */
export function withCounted(rule: Rule, ruleOf: RuleOf): Rule {
  return mapConditions(rule, (condition) => {
    if (!('group' in condition) || !condition.members || !leavesOf(condition.members).some(isAudience))
      return condition as Rule;
    const counted = unfoldAudiences(condition.members, (key) => withoutGroups(ruleOf, key), mostConditions);
    const asked: GroupCondition = { ...condition, counted };
    return asked;
  });
}

const isAudience = (leaf: Condition): boolean => 'audience' in leaf;

function withoutGroups(ruleOf: RuleOf, key: string): Rule | undefined {
  return asksForGroups(key, ruleOf, new Set()) ? undefined : ruleOf(key);
}

/** Each audience is looked at once, however many ways lead to it. */
function asksForGroups(key: string, ruleOf: RuleOf, seen: Set<string>): boolean {
  if (seen.has(key)) return false;
  seen.add(key);
  const rule = ruleOf(key);
  return (
    rule !== undefined &&
    leavesOf(rule).some((leaf) => 'group' in leaf || ('audience' in leaf && asksForGroups(leaf.audience, ruleOf, seen)))
  );
}

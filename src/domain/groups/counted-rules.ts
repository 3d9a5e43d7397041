import { leavesOf } from '../audiences/compile-rule';
import type { GroupCondition, Rule } from '../audiences/rule.schema';

/** Conditions that a rule on members may grow to when audiences are put in their places; what is beyond is counted by its name. */
const mostConditions = 200;

/**
 * The rule with each condition on members of a group given what is counted for it: the same with the rules of audiences in the places of
 * their names. Whoever edits such an audience has another thing counted, beside the present one and before it serves, so that at the switch
 * no count is a mixture of both. An audience that itself asks for groups stays a name, since no member can be asked that alone.
 */
export function withCounted(rule: Rule, ruleOf: (audience: string) => Rule | undefined): Rule {
  if ('all' in rule) return { all: rule.all.map((one) => withCounted(one, ruleOf)) };
  if ('any' in rule) return { any: rule.any.map((one) => withCounted(one, ruleOf)) };
  if ('not' in rule) return { not: withCounted(rule.not, ruleOf) };
  if (!('group' in rule) || !rule.members || !leavesOf(rule.members).some(isAudience)) return rule;
  const counted = unfold(rule.members, ruleOf, []);
  const asked: GroupCondition = { ...rule, counted };
  return leavesOf(counted).length > mostConditions ? rule : asked;
}

const isAudience = (leaf: object): boolean => 'audience' in leaf;

function unfold(rule: Rule, ruleOf: (audience: string) => Rule | undefined, above: readonly string[]): Rule {
  const inner = (one: Rule): Rule => unfold(one, ruleOf, above);
  if ('all' in rule) return { all: rule.all.map(inner) };
  if ('any' in rule) return { any: rule.any.map(inner) };
  if ('not' in rule) return { not: inner(rule.not) };
  if (!('audience' in rule) || above.includes(rule.audience)) return rule;
  const found = ruleOf(rule.audience);
  if (!found || asksForGroups(found, ruleOf, [rule.audience])) return rule;
  return unfold(found, ruleOf, [...above, rule.audience]);
}

function asksForGroups(rule: Rule, ruleOf: (audience: string) => Rule | undefined, above: readonly string[]): boolean {
  return leavesOf(rule).some((leaf) => {
    if ('group' in leaf) return true;
    const other = 'audience' in leaf && !above.includes(leaf.audience) ? ruleOf(leaf.audience) : undefined;
    return other !== undefined && asksForGroups(other, ruleOf, [...above, (leaf as { audience: string }).audience]);
  });
}

import type { CheckContext, Finding } from './condition-kind';
import { checkCondition } from './condition-kinds';
import type { Rule } from './rule.schema';

/**
 * What is wrong with a rule of the right shape: values that an operator cannot compare with, paths outside journeys, unknown
 * audiences. Paths are JSON pointers from the rule.
 */
export function checkRule(rule: Rule, context: CheckContext, path = ''): Finding[] {
  if ('all' in rule) return rule.all.flatMap((child, index) => checkRule(child, context, `${path}/all/${index}`));
  if ('any' in rule) return rule.any.flatMap((child, index) => checkRule(child, context, `${path}/any/${index}`));
  if ('not' in rule) return checkRule(rule.not, context, `${path}/not`);
  if (context.within === 'traits' && !('trait' in rule || 'group' in rule)) return [notOfGroup(path)];
  return checkCondition(rule, path, context, checkRule);
}

const notOfGroup = (path: string): Finding => ({
  code: 'not_of_group',
  path,
  message: 'A group has traits, and no events, audiences, consents or identifiers.',
  suggestion: 'Ask for a trait of the group, or for its "members".',
});

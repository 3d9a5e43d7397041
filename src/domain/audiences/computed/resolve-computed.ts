import { own } from '../../json';
import { mapConditions } from '../map-conditions';
import type { Condition, Rule } from '../rule.schema';
import type { ComputedValue } from './computed-value.schema';
import { computedIn, type ComputedCondition } from './measure';

/** What is computed in a workspace, by key. */
export type ComputedValues = Readonly<Record<string, ComputedValue>>;

/**
 * The rule with every path to something computed replaced by what that is, so that it is a rule on what somebody did: with a state, and turned
 * by time. A path to nothing there is stays, and finds nothing.
 */
export function resolveComputed(rule: Rule, computed: ComputedValues): Rule {
  if (Object.keys(computed).length === 0) return rule;
  return mapConditions(rule, (condition) =>
    'group' in condition && condition.members
      ? { ...condition, members: resolveComputed(condition.members, computed) }
      : (resolveCondition(condition, computed) as Rule),
  );
}

function resolveCondition(condition: Condition, computed: ComputedValues): Condition {
  const key = computedKeyOf(condition);
  const value = key === undefined ? undefined : own(computed, key);
  if (!('path' in condition) || value === undefined) return condition;
  const { path, ...compared } = condition;
  return { computed: value, at: path, ...compared } satisfies ComputedCondition;
}

/** The key of what a condition reads of what is computed. */
export const computedKeyOf = (condition: Condition): string | undefined =>
  'path' in condition ? computedIn(condition.path)?.key : undefined;

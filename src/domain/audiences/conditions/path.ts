import { checkComparison, pathsNeeded } from '../check-comparison';
import { compileComparison } from '../comparison';
import type { ConditionKind } from '../condition-kind';
import { anyElement, stepsOf } from '../path';
import type { PathCondition } from '../rule.schema';
import { compareValue } from './compare-value';

/** `{ "path": "entry.properties.total", "is": "at_least", "value": 100 }`, inside journeys. */
export const path: ConditionKind<PathCondition> = {
  compile(condition) {
    const steps = stepsOf(condition.path);
    const firstList = steps.indexOf(anyElement);
    const rest = firstList === -1 ? [] : steps.slice(firstList);
    const asked = firstList === -1 ? condition.path : condition.path.slice(0, condition.path.indexOf('[]'));
    const comparison = compileComparison(condition);
    return (view, now) => compareValue(comparison, view.path?.(asked), rest, now);
  },
  reads(_condition, found) {
    found.paths = true;
  },
  check: (condition, at, context) => [
    ...(context.hasPaths ? [] : [pathsNeeded(`${at}/path`)]),
    ...checkComparison(condition, at, context),
  ],
};

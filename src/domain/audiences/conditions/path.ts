import { partsOf, valueAt } from '../../path';
import { checkComparison, pathsNeeded } from '../check-comparison';
import { compileComparison } from '../comparison';
import type { ConditionKind } from '../condition-kind';
import type { PathCondition } from '../rule.schema';
import { compareValue } from './compare-value';

/** `{ "path": "entry.properties.total", "is": "at_least", "value": 100 }`, inside journeys. */
export const path: ConditionKind<PathCondition> = {
  compile(condition) {
    const parts = partsOf(condition.path);
    const comparison = compileComparison(condition);
    return (view, now) => compareValue(comparison, view.paths, parts, now);
  },
  reads(_condition, found) {
    found.paths = true;
  },
  check: (condition, at, context) => [
    ...(context.hasPaths ? [] : [pathsNeeded(`${at}/path`)]),
    ...checkComparison(condition, at, context),
  ],
  actual: (condition, view) => valueAt(view.paths, partsOf(condition.path)),
};

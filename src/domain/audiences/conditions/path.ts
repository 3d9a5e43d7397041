import { partsOf, valueAt } from '../../path';
import { checkComparison, pathsNeeded } from '../check-comparison';
import { compileComparison } from '../comparison';
import { checkComputed, readsComputed } from '../computed/check-computed';
import type { ConditionKind } from '../condition-kind';
import type { PathCondition } from '../rule.schema';
import { compareValue } from './compare-value';

/**
 * `{ "path": "entry.properties.total", "is": "at_least", "value": 100 }`, inside journeys; and everywhere `{ "path": "computed.score", … }`, which
 * is made a condition on what somebody did before it is asked (`computed/resolve-computed`).
 */
export const path: ConditionKind<PathCondition> = {
  compile(condition) {
    const parts = partsOf(condition.path);
    const comparison = compileComparison(condition);
    return (view, now) => compareValue(comparison, view.paths, parts, now);
  },
  reads(_condition, found) {
    found.paths = true;
  },
  check(condition, at, context) {
    if (readsComputed(condition.path)) return checkComputed(condition, at, context);
    const found = checkComparison(condition, at, context);
    return context.hasPaths ? found : [pathsNeeded(`${at}/path`), ...found];
  },
  actual: (condition, view) => valueAt(view.paths, partsOf(condition.path)),
};

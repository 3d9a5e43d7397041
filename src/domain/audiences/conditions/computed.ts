import type { ComputedCondition } from '../computed/measure';
import type { ConditionKind } from '../condition-kind';
import { behaviour } from './behaviour';

/** `{ "path": "computed.score", "is": "at_least", "value": 40 }`, once it is known what is computed; checked as the path that it is written as. */
export const computed: ConditionKind<ComputedCondition> = {
  ...behaviour,
  check: () => [],
  actual: (condition, view, now) => view.measure(condition, now),
};

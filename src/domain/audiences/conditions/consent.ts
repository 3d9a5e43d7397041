import type { ConditionKind } from '../condition-kind';
import type { ConsentCondition } from '../rule.schema';
import { no, yes } from '../rule-view';

/** `{ "consent": "advertising", "is": "granted" }`, or denied, or unset. */
export const consent: ConditionKind<ConsentCondition> = {
  compile:
    ({ consent: purpose, is }) =>
    (view) =>
      (view.consent(purpose) ?? 'unset') === is ? yes : no,
  reads(condition, found) {
    found.consents.add(condition.consent);
  },
  check: () => [],
};

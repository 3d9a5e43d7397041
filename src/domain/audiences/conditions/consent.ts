import type { ConditionKind } from '../condition-kind';
import type { ConsentCondition } from '../rule.schema';
import { no, yes } from '../rule-view';

/**
 * `{ "consent": "advertising", "is": "granted" }`, or denied, revoked, unset. It asks what was recorded: `unset` holds of everybody who
 * said nothing, whatever the purpose says of silence. A revocation is a denial too.
 */
export const consent: ConditionKind<ConsentCondition> = {
  compile:
    ({ consent: purpose, is }) =>
    (view) => {
      const recorded = view.consent(purpose) ?? 'unset';
      return recorded === is || (recorded === 'revoked' && is === 'denied') ? yes : no;
    },
  reads(condition, found) {
    found.consents.add(condition.consent);
  },
  check: () => [],
  actual: ({ consent: purpose }, view) => view.consent(purpose) ?? 'unset',
};

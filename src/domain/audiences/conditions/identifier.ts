import type { ConditionKind } from '../condition-kind';
import type { IdentifierCondition } from '../rule.schema';
import { no, yes } from '../rule-view';

/** `{ "identifier": "email", "is": "set" }` */
export const identifier: ConditionKind<IdentifierCondition> = {
  compile:
    ({ identifier: type, is }) =>
    (view) =>
      view.hasIdentifier(type) === (is === 'set') ? yes : no,
  reads(_condition, found) {
    found.identifiers = true;
  },
  check: () => [],
  actual: ({ identifier: type }, view) => (view.hasIdentifier(type) ? 'set' : undefined),
};

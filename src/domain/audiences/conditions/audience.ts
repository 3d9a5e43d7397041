import type { ConditionKind } from '../condition-kind';
import type { AudienceCondition } from '../rule.schema';
import { no, yes } from '../rule-view';

/** `{ "audience": "vip" }`: is a member. */
export const audience: ConditionKind<AudienceCondition> = {
  compile:
    ({ audience: key }) =>
    (view) =>
      view.isMember(key) ? yes : no,
  reads(condition, found) {
    found.audiences.add(condition.audience);
  },
  check(condition, path, { audiences }) {
    if (audiences === undefined || audiences.has(condition.audience)) return [];
    return [
      {
        code: 'unknown_audience',
        path: `${path}/audience`,
        message: `There is no audience "${condition.audience}".`,
        suggestion: 'Save that audience first, or correct its key.',
      },
    ];
  },
  actual: ({ audience: key }, view) => (view.isMember(key) ? 'member' : undefined),
};

import { partsOf } from '../../path';
import { zoneTrait } from '../../zone';
import type { ConditionKind } from '../condition-kind';
import { readDue, type DueCondition } from '../due';
import { earlier, verdict } from '../rule-view';

/**
 * `{ "due": "renews_at", "offset": "-1d" }`: holds from the instant at which a date comes, as long as it stays that date. It never does for
 * one that was said only when it had come already.
 */
export const due: ConditionKind<DueCondition> = {
  compile: (condition) => {
    const [trait] = partsOf(condition.due);
    return (view, now) => {
      const { since = 0, expiresAt } = view.trait(trait) ?? {};
      const ends = [expiresAt, view.trait(zoneTrait)?.expiresAt].filter((at) => at !== undefined && at > now);
      const end = ends.reduce(earlier, undefined);
      const found = readDue(view, condition, now);
      if (!found || found.at <= since) return verdict(false, end);
      return now < found.at ? verdict(false, earlier(found.at, end)) : verdict(true, end);
    };
  },
  reads({ due: path }, { traits }) {
    traits.add(partsOf(path)[0]);
    traits.add(zoneTrait);
  },
  check: () => [],
  actual: (condition, view, now) => readDue(view, condition, now)?.date,
};

import type { RuleEvent } from '../events/event';
import type { Json, JsonObject } from '../json';
import { logOf, type BehaviourCondition } from './behaviour/behaviour';
import { measureOf, questionOf } from './computed/measure';
import { aggregateOf } from './behaviour/event-aggregate';
import { recallLog } from './behaviour/occurrences';
import { measureMatches } from './behaviour/plain-aggregate';
import { recallEvents, seenBy } from './behaviour/plain-recall';
import { factsView, noGroups, type GroupsOf, type ProfileFacts } from './profile-view';
import type { EventCondition } from './rule.schema';
import type { TellingView, Verdict } from './rule-view';

/**
 * A profile as rules see it, its behaviour answered from its events by the plain definition: filter by name, `where` and
 * window, then aggregate. Linear in the history; for previews, `asOf` a past instant, journeys, and as the oracle of the
 * bounded state. Events after the instant of asking are not seen.
 */
export function historyView(
  facts: ProfileFacts,
  events: readonly RuleEvent[],
  paths?: JsonObject,
  groups: GroupsOf = noGroups,
): TellingView {
  return {
    ...factsView(facts, paths, groups),
    behaviour: (condition, _key, now) => recall(condition, events, now),
    measure: (condition, now) => measure(condition, events, now),
  };
}

/** The plain definition of a condition on behaviour. */
export function recall(condition: BehaviourCondition, events: readonly RuleEvent[], now: number): Verdict {
  if ('computed' in condition) return questionOf(condition).recall(events, now);
  const log = logOf(condition);
  return log ? recallLog(log, events, now) : recallEvents(condition as EventCondition, events, now);
}

function measure(condition: BehaviourCondition, events: readonly RuleEvent[], now: number): Json | undefined {
  if ('computed' in condition) return measureOf(condition.computed).recall(events, now);
  const log = logOf(condition);
  if (log) return recallLog(log, events, now).measured;
  const aggregate = aggregateOf(condition as EventCondition);
  return measureMatches(aggregate, seenBy(aggregate, events, now));
}

import type { RuleEvent } from '../events/event';
import type { JsonObject } from '../json';
import { logOf, type BehaviourCondition } from './behaviour';
import { aggregateOf, type Aggregate } from './event-aggregate';
import { recallLog } from './occurrences';
import { judgeMeasured, measureMatches, nextBreak, type Match } from './plain-aggregate';
import { factsView, noGroups, type GroupsOf, type ProfileFacts } from './profile-view';
import type { EventCondition } from './rule.schema';
import { verdict, type TellingView, type Verdict } from './rule-view';

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
  const log = logOf(condition);
  if (log) return recallLog(log, events, now);
  const aggregate = aggregateOf(condition as EventCondition);
  const found = seenBy(aggregate, events, now);
  return verdict(judgeMeasured(aggregate, measureMatches(aggregate, found), now), nextBreak(aggregate, found, now));
}

function measure(condition: BehaviourCondition, events: readonly RuleEvent[], now: number): number | undefined {
  const log = logOf(condition);
  if (log) return recallLog(log, events, now).measured;
  const aggregate = aggregateOf(condition as EventCondition);
  return measureMatches(aggregate, seenBy(aggregate, events, now));
}

function seenBy(aggregate: Aggregate, events: readonly RuleEvent[], now: number): Match[] {
  const { windowMs = Infinity } = aggregate;
  return events
    .filter((event) => event.at <= now && event.at >= now - windowMs && aggregate.matches(event))
    .map((event) => ({ at: event.at, values: aggregate.valuesOf(event) }));
}

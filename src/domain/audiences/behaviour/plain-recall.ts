import type { RuleEvent } from '../../events/event';
import { aggregateOf, type Aggregate } from './event-aggregate';
import { judgeMeasured, measureMatches, nextBreak, type Match } from './plain-aggregate';
import type { EventCondition } from '../rule.schema';
import { verdict, type Verdict } from '../rule-view';

/** The plain definition of a condition that works out a number or an instant: filter by name, `where` and window, then aggregate. */
export function recallEvents(condition: EventCondition, events: readonly RuleEvent[], now: number): Verdict {
  const aggregate = aggregateOf(condition);
  const found = seenBy(aggregate, events, now);
  return verdict(judgeMeasured(aggregate, measureMatches(aggregate, found), now), nextBreak(aggregate, found, now));
}

export function seenBy(aggregate: Aggregate, events: readonly RuleEvent[], now: number): Match[] {
  const { windowMs = Infinity } = aggregate;
  return events
    .filter((event) => event.at <= now && event.at >= now - windowMs && aggregate.matches(event))
    .map((event) => ({ at: event.at, values: aggregate.valuesOf(event) }));
}

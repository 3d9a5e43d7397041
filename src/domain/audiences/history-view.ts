import type { RuleEvent } from '../events/event';
import type { JsonObject } from '../json';
import { addToDecimal } from './decimal';
import { aggregateOf, passes, type Aggregate } from './event-aggregate';
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
    measure: (condition, now) => measure(aggregateOf(condition), seenBy(aggregateOf(condition), events, now)),
  };
}

/** The plain definition of an event condition. */
export function recall(condition: EventCondition, events: readonly RuleEvent[], now: number): Verdict {
  const aggregate = aggregateOf(condition);
  const found = seenBy(aggregate, events, now);
  return verdict(judge(aggregate, measure(aggregate, found), now), nextBreak(aggregate, found, now));
}

function seenBy(aggregate: Aggregate, events: readonly RuleEvent[], now: number): RuleEvent[] {
  const { windowMs = Infinity } = aggregate;
  return events.filter((event) => event.at <= now && event.at >= now - windowMs && aggregate.matches(event));
}

function judge(aggregate: Aggregate, measured: number | undefined, now: number): boolean {
  const { name, comparison } = aggregate;
  if (name !== 'first' && name !== 'last') return passes(aggregate, measured);
  if (measured === undefined) return false;
  const span = comparison.spanOf?.(measured);
  return span ? now >= span.from && now < span.to : comparison.holds(measured);
}

function measure(aggregate: Aggregate, found: readonly RuleEvent[]): number | undefined {
  const { name } = aggregate;
  if (name === 'count') return found.length;
  if (name === 'first' || name === 'last') {
    const instants = found.map((event) => event.at).sort((one, other) => one - other);
    return instants.at(name === 'first' ? 0 : -1);
  }
  return aggregateNumbers(
    name,
    found.flatMap((event) => aggregate.valuesOf(event)),
  );
}

function aggregateNumbers(name: 'sum' | 'min' | 'max' | 'average', numbers: readonly number[]): number | undefined {
  const sum = Number(addToDecimal('0', numbers));
  if (name === 'sum') return sum;
  if (numbers.length === 0) return undefined;
  if (name === 'average') return sum / numbers.length;
  const sorted = numbers.toSorted((one, other) => one - other);
  return sorted.at(name === 'min' ? 0 : -1);
}

/** The first later instant at which some event leaves the window or crosses a date boundary. */
function nextBreak({ comparison, windowMs }: Aggregate, found: readonly RuleEvent[], now: number): number | undefined {
  const breaks = found.flatMap(({ at }) => {
    const span = comparison.spanOf?.(at);
    return [windowMs === undefined ? Infinity : at + windowMs + 1, ...(span ? [span.from, span.to] : [])];
  });
  return breaks.filter((at) => at > now).reduce((one, other) => Math.min(one, other), Infinity);
}

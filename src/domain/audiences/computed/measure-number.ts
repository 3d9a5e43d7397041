import { numberAt, numberEdge, answer, edgeRead } from '../behaviour/behaviour-answer';
import { combine, emptyState, observe, prune } from '../behaviour/behaviour-state';
import { conditionKey } from '../behaviour/condition-key';
import { aggregateOf, mostPoints } from '../behaviour/event-aggregate';
import { recallEvents, seenBy } from '../behaviour/plain-recall';
import { measureMatches } from '../behaviour/plain-aggregate';
import type { Compared } from '../comparison';
import type { EventCondition } from '../rule.schema';
import { aggregateNameOf, type EventValue } from './computed-value.schema';
import type { Measure } from './measure';

/** A count, sum, min, max or average: the number that a condition on the same events compares, and remembered like it. */
export function measureNumber(value: EventValue): Measure | undefined {
  const everyMatch = conditionOf(value, { is: 'greater_than', value: mostPoints });
  if (!everyMatch) return undefined;
  const aggregate = aggregateOf(everyMatch);
  const { windowMs } = aggregate;
  return {
    type: 'number',
    names: [value.event],
    ...(windowMs !== undefined && { windowMs }),
    stateKey: conditionKey(everyMatch),
    empty: emptyState(everyMatch),
    observe: (state, event, now) => observe(everyMatch, state, event, now),
    combine: (one, other) => combine(everyMatch, one, other),
    prune: (state, now) => prune(everyMatch, state, now),
    edge: (state, now) => numberEdge(everyMatch, state, now),
    tell: (state, now, edge) => finite(numberAt(everyMatch, state, now, edge)),
    recall: (events, now) => finite(measureMatches(aggregate, seenBy(aggregate, events, now))),
    ask: (asked) => {
      const condition = conditionOf(value, asked) ?? everyMatch;
      return {
        edge: (state, now) => edgeRead(condition, state, now),
        answer: (state, now, edge) => answer(condition, state, now, edge),
        recall: (events, now) => recallEvents(condition, events, now),
      };
    },
  };
}

/** Sums may be more than the largest number, and JSON knows nothing beyond that. */
const finite = (number: number | undefined): number | undefined =>
  number === undefined ? undefined : Math.min(Number.MAX_VALUE, Math.max(-Number.MAX_VALUE, number));

/** The condition on events that compares the number. */
function conditionOf(value: EventValue, { is, value: expected }: Compared): EventCondition | undefined {
  const { event, where, within } = value;
  const name = aggregateNameOf(value);
  const test = { is, ...(expected !== undefined && { value: expected }) };
  const of = { event, ...(where && { where }), ...(within !== undefined && { within }) };
  if (name === 'count') return { ...of, count: test } as EventCondition;
  if (name === 'first' || name === 'last' || name === 'unique' || name === 'list') return undefined;
  return { ...of, [name]: { ...test, property: value[name] } };
}

import { parseDuration } from '../../domain/duration';
import { ownMark } from '../../domain/events/own';
import { partsOf } from '../../domain/path';
import { contactsAsked } from '../../domain/audiences/behaviour/contacts-asked';
import { aggregateOf, type Aggregate } from '../../domain/audiences/behaviour/event-aggregate';
import type { ContactedCondition, EventCondition, Where } from '../../domain/audiences/rule.schema';
import { compareQuery, type Asking, type ComparisonQuery } from './comparison';
import {
  always,
  and,
  compare,
  fieldOf,
  isOfType,
  joined,
  literal,
  not,
  numbersAt,
  someAt,
  using,
  when,
  type Expression,
  type Fresh,
} from './expression';
import type { QueryKind } from './query-kind';

/** Those of a person, each with the instant that rules see as `at`. */
const events = '$events';
const atLeastOne = { is: 'at_least', value: 1 } as const;

/** `per` sees events side by side, which no expression does at a bearable price. */
export const eventQuery: QueryKind<EventCondition> = (condition, asking) => {
  if (condition.per !== undefined) return undefined;
  const aggregate = aggregateOf(condition);
  const tests = (condition.where ?? []).map((where) => whereQuery(where, asking));
  const passes = compareQuery(condition[aggregate.name] ?? atLeastOne, asking);
  if (!passes || !tests.every((test) => test !== undefined)) return undefined;
  const { fresh, now } = asking;
  const name = fresh();
  const event = `$$${name}`;
  const from = condition.within === undefined ? undefined : now - parseDuration(condition.within);
  const cond = and(
    compare('$lte', fieldOf(event, 'at'), now),
    from === undefined ? always(true) : compare('$gte', fieldOf(event, 'at'), from),
    isNamed(fieldOf(event, 'name'), condition.event),
    ...tests.map((test) => test(fieldOf(event, 'properties'))),
  );
  return using(fresh, { $filter: { input: events, as: name, cond } }, (matching) =>
    judged(matching, aggregate, passes, fresh),
  );
};

export const contactedQuery: QueryKind<ContactedCondition> = (condition, asking) =>
  eventQuery(contactsAsked(condition), asking);

const isNamed = (name: Expression, asked: string): Expression =>
  asked === '*'
    ? compare('$ne', { $substrCP: [name, 0, ownMark.length] }, literal(ownMark))
    : compare('$eq', name, literal(asked));

/** A comparison that moves with time never holds of an event: a match stays one. */
function whereQuery(where: Where, asking: Asking): ((properties: Expression) => Expression) | undefined {
  const comparison = compareQuery(where, asking);
  if (!comparison) return undefined;
  const { isNegated, isMoving, holds } = comparison;
  const parts = partsOf(where.property);
  return (properties) => {
    if (isMoving) return always(isNegated);
    const found = someAt(asking.fresh, properties, parts, holds);
    return isNegated ? not(found) : found;
  };
}

function judged(matching: Expression, aggregate: Aggregate, passes: ComparisonQuery, fresh: Fresh): Expression {
  const { name } = aggregate;
  const { isNegated, holds } = passes;
  const ofNone = name === 'first' || name === 'last' ? false : isNegated;
  return using(fresh, measured(matching, aggregate, fresh), (found) =>
    when(isOfType(found, 'null'), always(ofNone), isNegated ? not(holds(found)) : holds(found)),
  );
}

/** Null where there is nothing to compare. */
function measured(matching: Expression, { name, property }: Aggregate, fresh: Fresh): Expression {
  if (name === 'count') return { $size: matching };
  if (name === 'first' || name === 'last' || property === undefined)
    return outermost({ $map: { input: matching, as: 'one', in: '$$one.at' } }, name === 'first' ? '$lt' : '$gt');
  const parts = partsOf(property);
  const numbers = joined(fresh, matching, (event) => numbersAt(fresh, fieldOf(event, 'properties'), parts));
  return using(fresh, numbers, (all) => {
    if (name === 'sum') return sumOf(all);
    if (name !== 'average') return outermost(all, name === 'min' ? '$lt' : '$gt');
    return when(compare('$eq', { $size: all }, 0), null, { $divide: [sumOf(all), { $size: all }] });
  });
}

/** In decimals, each number by its text: 0.1 and 0.2 are 0.3. */
const sumOf = (numbers: Expression): Expression => ({
  $toDouble: {
    $reduce: {
      input: numbers,
      initialValue: { $toDecimal: '0' },
      in: { $add: ['$$value', { $toDecimal: { $toString: '$$this' } }] },
    },
  },
});

const outermost = (numbers: Expression, how: '$lt' | '$gt'): Expression => ({
  $reduce: {
    input: numbers,
    initialValue: null,
    in: when(isOfType('$$value', 'null'), '$$this', when(compare(how, '$$this', '$$value'), '$$this', '$$value')),
  },
});

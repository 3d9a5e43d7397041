import { checkComparison, checkNumberTest } from '../check-comparison';
import { aggregates } from '../behaviour/event-aggregate';
import type { CheckContext, ConditionKind, Finding } from '../condition-kind';
import { checkWhere } from '../check-where';
import type { EventCondition } from '../rule.schema';
import { behaviour } from './behaviour';

/** `{ "event": "Order Completed", "where": […], "count": { "is": "at_least", "value": 3 }, "within": "7d" }` */
export const event: ConditionKind<EventCondition> = {
  ...behaviour,
  check(condition, path, context) {
    const named = aggregates.filter((name) => condition[name] !== undefined);
    return [
      ...(condition.where ?? []).flatMap((where, index) => checkWhere(where, `${path}/where/${index}`, context)),
      ...named.flatMap((name) => checkAggregate(condition, name, `${path}/${name}`, context)),
      ...named.slice(1).map((name) => oneAggregate(`${path}/${name}`, named)),
      ...checkWithout(condition, path, context),
      ...checkSince(condition, path, context),
    ];
  },
  actual(condition, view, now) {
    const measured = view.measure(condition, now);
    const isInstant = condition.first !== undefined || condition.last !== undefined;
    return typeof measured === 'number' && isInstant ? new Date(measured).toISOString() : measured;
  },
};

/** Only a run has a beginning and has come to a step. */
function checkSince({ since, within }: EventCondition, path: string, { hasPaths }: CheckContext): Finding[] {
  if (since === undefined) return [];
  const outside = {
    code: 'since_outside_journey',
    path: `${path}/since`,
    message: 'Only a branch of a journey can ask what has happened since something of its run.',
    suggestion: 'Write "within" with a duration.',
  };
  const both = {
    code: 'since_and_within',
    path: `${path}/since`,
    message: '"since" stands in the place of "within".',
    suggestion: 'Remove one of them.',
  };
  return [...(hasPaths ? [] : [outside]), ...(within === undefined ? [] : [both])];
}

function checkWithout({ per, without }: EventCondition, path: string, context: CheckContext): Finding[] {
  if (!without) return [];
  const wheres = (without.where ?? []).flatMap((where, index) =>
    checkWhere(where, `${path}/without/where/${index}`, context),
  );
  if (per !== undefined) return wheres;
  return [
    ...wheres,
    {
      code: 'without_needs_per',
      path: `${path}/without`,
      message: '"without" takes values of "per" away, and there is none.',
      suggestion: 'Add "per", or write a condition of its own with a count of 0 and join them with "all".',
    },
  ];
}

function checkAggregate(
  condition: EventCondition,
  name: (typeof aggregates)[number],
  path: string,
  context: CheckContext,
): Finding[] {
  const test = condition[name];
  if (test === undefined) return [];
  return name === 'first' || name === 'last'
    ? checkComparison(test, path, context)
    : checkNumberTest(test, path, context);
}

function oneAggregate(path: string, named: readonly string[]): Finding {
  return {
    code: 'several_aggregates',
    path,
    message: `A condition tests one of ${named.join(', ')}.`,
    suggestion: 'Write one condition for each and join them with "all".',
  };
}

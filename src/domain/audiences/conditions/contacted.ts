import { behaviourKey, eventNamesOf } from '../behaviour/behaviour';
import { checkNumberTest } from '../check-comparison';
import type { ConditionKind, Finding } from '../condition-kind';
import { contactsAsked } from '../behaviour/contacts-asked';
import type { ContactedCondition } from '../rule.schema';

/**
 * `{ "contacted": { "channel": "email", "journey": "win-back" }, "count": { "is": "at_least", "value": 3 }, "within": "7d" }`: how many
 * messages of journeys may have reached the person. What it remembers is what a condition on the events of contacts does.
 */
export const contacted: ConditionKind<ContactedCondition> = {
  compile(condition) {
    const asked = contactsAsked(condition);
    const key = behaviourKey(asked);
    return (view, now) => view.behaviour(asked, key, now);
  },
  reads(condition, found) {
    for (const name of eventNamesOf(contactsAsked(condition))) found.events.add(name);
  },
  check(condition, path, context): Finding[] {
    const { count, contacted: asked } = condition;
    const counted = count ? checkNumberTest(count, `${path}/count`, context) : [];
    if (asked.journey === undefined || context.journeys === undefined || context.journeys.has(asked.journey))
      return counted;
    return [...counted, unknownJourney(asked.journey, `${path}/contacted/journey`)];
  },
  actual: (condition, view, now) => view.measure(contactsAsked(condition), now),
};

const unknownJourney = (key: string, path: string): Finding => ({
  code: 'unknown_journey',
  path,
  message: `There is no journey "${key}".`,
  suggestion: 'Save that journey first, if only as a draft, or correct its key.',
});

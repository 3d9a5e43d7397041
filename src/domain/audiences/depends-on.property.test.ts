import fc from 'fast-check';
import {
  contactedCondition,
  eventCondition,
  factRule,
  perCondition,
  profile,
  ruleOver,
  sequenceCondition,
} from '../../testing/rule-arbitraries';
import { eventNamesOf } from './behaviour/behaviour';
import { compileRule } from './compile-rule';
import { historyView } from './history-view';
import type { Rule } from './rule.schema';
import type { RuleView } from './rule-view';

const pathCondition: fc.Arbitrary<Rule> = fc.constant({ path: 'entry.properties.total', is: 'set' });
const anyRule = ruleOver(
  fc.oneof(factRule, eventCondition, contactedCondition, sequenceCondition, perCondition, pathCondition),
);

/** A view that writes down what a rule asks of it. */
function recording(view: RuleView, asked: Set<string>): RuleView {
  return {
    id: view.id,
    trait: (key) => (asked.add(`trait ${key}`), view.trait(key)),
    hasIdentifier: (type) => (asked.add('identifiers'), view.hasIdentifier(type)),
    consent: (purpose) => (asked.add(`consent ${purpose}`), view.consent(purpose)),
    groups: (type) => (asked.add(`groups ${type}`), view.groups(type)),
    isMember: (audience) => (asked.add(`audience ${audience}`), view.isMember(audience)),
    listed: (list) => (asked.add(`list ${list}`), view.listed(list)),
    behaviour: (condition, key, now) => {
      for (const name of eventNamesOf(condition)) asked.add(`event ${name}`);
      return view.behaviour(condition, key, now);
    },
    get paths() {
      asked.add('paths');
      return {};
    },
  };
}

describe('compileRule', () => {
  it('declares everything that evaluating it asks for', () => {
    fc.assert(
      fc.property(anyRule, profile, (rule, person) => {
        const { dependsOn, evaluate } = compileRule(rule);
        const declared = new Set([
          ...dependsOn.traits.map((key) => `trait ${key}`),
          ...dependsOn.events.map((name) => `event ${name}`),
          ...dependsOn.audiences.map((key) => `audience ${key}`),
          ...dependsOn.consents.map((purpose) => `consent ${purpose}`),
          ...(dependsOn.identifiers ? ['identifiers'] : []),
          ...(dependsOn.paths ? ['paths'] : []),
        ]);
        const asked = new Set<string>();
        evaluate(recording(historyView(person, []), asked), 0);
        expect([...asked].filter((what) => !declared.has(what))).toEqual([]);
      }),
    );
  });
});

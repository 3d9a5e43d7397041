import fc from 'fast-check';
import { aggregate } from 'mingo';
import { propertyRuns } from '../property-runs';
import { people, plainPeople, plainRules, queriedRule, type Person } from '../query-arbitraries';
import { epoch, perCondition, sequenceCondition } from '../rule-arbitraries';
import { dayMs } from '../../domain/duration';
import { leavesOf, compileRule } from '../../domain/audiences/compile-rule';
import { historyView } from '../../domain/audiences/history-view';
import type { Rule } from '../../domain/audiences/rule.schema';
import { compileQuery, type RuleQuery } from './compile-query';

const now = epoch + 30 * dayMs;

/** Without a prototype: mingo takes what an object inherits for a field of it. */
function bare(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(bare);
  if (typeof value !== 'object' || value === null) return value;
  return Object.assign(Object.create(null) as object, mapped(value));
}
const mapped = (value: object): object =>
  Object.fromEntries(Object.entries(value).map(([key, field]) => [key, bare(field)]));

/** mingo has no decimals: 0.1 and 0.2 are not 0.3 to it. */
const addsUp = (asked: Rule): boolean =>
  leavesOf(asked).some((one) => 'event' in one && (one.sum !== undefined || one.average !== undefined));

function ask({ expression }: RuleQuery, people: readonly object[]): unknown[] {
  const docs = people.map((one) => bare(one) as object);
  return aggregate(docs, [{ $project: { r: expression } }]).map((found) => (found as { r: unknown }).r);
}

describe('a rule as a query', () => {
  /** Asks closures and mingo; answers how often both said yes, and no. */
  function compare(rule: Rule, batch: readonly Person[]): [number, number] {
    const counts: [number, number] = [0, 0];
    const query = compileQuery(rule, now);
    if (!query || addsUp(rule)) return counts;
    const answers = ask(
      query,
      batch.map(([one, events]) => ({ ...one, events })),
    );
    const { evaluate } = compileRule(rule);
    const wrong = batch.flatMap(([one, events], index) => {
      const { matches } = evaluate(historyView(one, events), now);
      counts[matches ? 0 : 1] += 1;
      return answers[index] === matches ? [] : [{ traits: one.traits, events, matches }];
    });
    expect({ rule, wrong }).toEqual({ rule, wrong: [] });
    return counts;
  }

  it('compares every kind of value as rules do, asked of mingo', () => {
    // One of four: the database is asked all of them.
    const some = plainRules.filter((_, index) => index % 4 === 0);
    const answered = some.map((rule) => compare(rule, plainPeople));
    expect(answered.filter(([yes, no]) => yes > 0 && no > 0).length).toBeGreaterThan(50);
  });

  it('finds whom the rule finds, asked of mingo', () => {
    const answered = { yes: 0, no: 0 };
    fc.assert(
      fc.property(queriedRule, people, (rule, batch) => {
        const [yes, no] = compare(rule, batch);
        answered.yes += yes;
        answered.no += no;
      }),
      propertyRuns(100),
    );
    expect(Math.min(answered.yes, answered.no)).toBeGreaterThan(100);
  });

  it('is not there where a condition asks for what no query says', () => {
    const beyond = fc.oneof(
      sequenceCondition,
      perCondition,
      fc.constantFrom<Rule>(
        { sample: { percent: 10 } },
        { path: 'entry.properties.total', is: 'set' },
        { group: 'household', traits: { trait: 'tier', is: 'set' } },
        { trait: 'tier', is: 'equals', value: 'Ärmel', ignoreCase: true },
      ),
    );
    fc.assert(
      fc.property(beyond, queriedRule, (one, other) => {
        expect(compileQuery({ any: [one, { not: other }] }, now)).toBeUndefined();
      }),
      propertyRuns(50),
    );
  });
});

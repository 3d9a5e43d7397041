import fc from 'fast-check';
import { aProfile } from '../../../testing/builders';
import { propertyRuns } from '../../../testing/property-runs';
import { people, queriedRule } from '../../../testing/query-arbitraries';
import { epoch, ruleOver } from '../../../testing/rule-arbitraries';
import { dayMs } from '../../duration';
import { compileRule } from '../compile-rule';
import { historyView } from '../history-view';
import type { Rule } from '../rule.schema';
import { alwaysHolds, neverHolds } from './can-hold';

const now = epoch + 30 * dayMs;
const atHalves = [undefined, -1, 0, 0.5, 1, 1.5, 2, 2.5, 3, 4];
const compared = fc.record({
  trait: fc.constant('n'),
  is: fc.constantFrom('equals', 'not_equals', 'greater_than', 'at_least', 'less_than', 'at_most'),
  value: fc.integer({ min: 0, max: 3 }),
}) as fc.Arbitrary<Rule>;
const counted = fc.record({
  event: fc.constant('Ordered'),
  count: fc.record({ is: fc.constantFrom('equals', 'at_least', 'at_most'), value: fc.integer({ min: 0, max: 3 }) }),
  within: fc.constantFrom('1d', '7d', '30d'),
}) as fc.Arbitrary<Rule>;

describe('what is said of a rule without asking anybody', () => {
  it('is true of everybody who is asked', () => {
    fc.assert(
      fc.property(queriedRule, people, (rule, batch) => {
        const [never, always] = [neverHolds(rule, now), alwaysHolds(rule, now)];
        if (!never && !always) return;
        const { evaluate } = compileRule(rule);
        for (const [one, events] of batch) expect(evaluate(historyView(one, events), now).matches).toBe(always);
      }),
      propertyRuns(300),
    );
  });

  it('is said of every rule on a number that no number, or every one, passes', () => {
    const said = { never: 0, always: 0, neither: 0 };
    fc.assert(
      fc.property(ruleOver(compared), (rule) => {
        const { evaluate } = compileRule(rule);
        const found = atHalves.map((value) => {
          const trait = value !== undefined && { n: { value, at: now, since: now, source: 'test' } };
          return evaluate(historyView(aProfile('prf_1', { traits: { ...trait } }), []), now).matches;
        });
        const expected = [!found.includes(true), !found.includes(false)];
        expect([neverHolds(rule, now), alwaysHolds(rule, now)]).toEqual(expected);
        said[expected[0] ? 'never' : expected[1] ? 'always' : 'neither'] += 1;
      }),
      propertyRuns(300),
    );
    expect(Math.min(...Object.values(said))).toBeGreaterThan(3);
  });

  it('is said of every rule on how often something happened that no history, or every one, passes', () => {
    const said = { never: 0, always: 0, neither: 0 };
    fc.assert(
      fc.property(ruleOver(counted), (rule) => {
        const { evaluate } = compileRule(rule);
        const found = histories.map((ages) => {
          const events = ages.map((age) => ({ name: 'Ordered', at: now - age * dayMs, properties: {} }));
          return evaluate(historyView(aProfile('prf_1'), events), now).matches;
        });
        const expected = [!found.includes(true), !found.includes(false)];
        expect([neverHolds(rule, now), alwaysHolds(rule, now)]).toEqual(expected);
        said[expected[0] ? 'never' : expected[1] ? 'always' : 'neither'] += 1;
      }),
      propertyRuns(300),
    );
    expect(Math.min(...Object.values(said))).toBeGreaterThan(3);
  });
});

/** Up to four in each of the windows. */
const upToFour = [0, 1, 2, 3, 4];
const histories = upToFour.flatMap((inDay) =>
  upToFour.flatMap((inWeek) =>
    upToFour.map((inMonth) => [
      ...Array.from({ length: inDay }, () => 0.5),
      ...Array.from({ length: inWeek }, () => 3),
      ...Array.from({ length: inMonth }, () => 20),
    ]),
  ),
);

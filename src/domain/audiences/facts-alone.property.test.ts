import fc from 'fast-check';
import { aProfile } from '../../testing/builders';
import { propertyRuns } from '../../testing/property-runs';
import { people, queriedRule } from '../../testing/query-arbitraries';
import { epoch } from '../../testing/rule-arbitraries';
import { dayMs } from '../duration';
import { compileRule } from './compile-rule';
import { factsAlone } from './facts-alone';
import { historyView } from './history-view';
import type { Rule } from './rule.schema';

const now = epoch + 30 * dayMs;
const ordered: Rule = { event: 'Ordered' };
const gold: Rule = { trait: 'tier', is: 'equals', value: 'gold' };

describe('what a rule answers without any event', () => {
  it('is what it answers with all of them, or that it does not know', () => {
    const answered = { yes: 0, no: 0, unknown: 0 };
    fc.assert(
      fc.property(queriedRule, people, (rule, batch) => {
        const alone = factsAlone(rule, new Map());
        const { evaluate } = compileRule(rule);
        for (const [one, events] of batch) {
          const found = alone(historyView(one, []), now);
          if (found !== undefined) expect(evaluate(historyView(one, events), now).matches).toBe(found);
          answered[found === undefined ? 'unknown' : found ? 'yes' : 'no'] += 1;
        }
      }),
      propertyRuns(200),
    );
    expect(Math.min(...Object.values(answered))).toBeGreaterThan(50);
  });

  it('is that of the rules of the audiences it refers to, however far', () => {
    const audiences = new Map<string, Rule>([
      ['golden', { all: [{ audience: 'tier' }, ordered] }],
      ['tier', gold],
      ['one', { audience: 'two' }],
      ['two', { audience: 'one' }],
    ]);
    const ask = (rule: Rule, tier: string) => {
      const trait = { value: tier, at: now, since: now, source: 'test' };
      return factsAlone(rule, audiences)(historyView({ ...nobody, traits: { tier: trait } }, []), now);
    };
    expect(ask({ audience: 'golden' }, 'iron')).toBe(false);
    expect(ask({ audience: 'golden' }, 'gold')).toBeUndefined();
    expect(ask({ not: { audience: 'golden' } }, 'iron')).toBe(true);
    expect(ask({ audience: 'one' }, 'gold')).toBeUndefined();
  });
});

const nobody = aProfile('prf_1');

import fc from 'fast-check';
import { Query } from 'mingo';
import { epoch, factRule, profile } from '../../testing/rule-arbitraries';
import { compileRule } from './compile-rule';
import { profileView } from './profile-view';
import type { Rule } from './rule.schema';
import { toFilter } from './to-filter';

// mingo trips over data with a key of the prototype; MongoDB does not, and closures are tested with such keys elsewhere.
const plain = profile.filter(({ traits }) => !JSON.stringify(traits).includes('"constructor"'));
const now = epoch + 30 * 86_400_000;

describe('toFilter', () => {
  it('finds exactly the profiles that evaluating finds, whenever there is a filter', () => {
    fc.assert(
      fc.property(factRule, fc.array(plain, { minLength: 1, maxLength: 5 }), (rule, profiles) => {
        const filter = toFilter(rule, now);
        fc.pre(filter !== undefined);
        const { evaluate } = compileRule(rule);
        const query = new Query(filter ?? {});
        for (const one of profiles) expect(query.test({ ...one })).toBe(evaluate(profileView(one), now).matches);
      }),
      { numRuns: 1_000 },
    );
  });

  it.each<[string, Rule]>([
    ['behaviour', { event: 'Order' }],
    ['a moving date', { trait: 'renewal', is: 'within_next', value: '7d' }],
    ['any element of a list', { trait: 'tags[]', is: 'equals', value: 'a' }],
    ['letters of either case', { trait: 'tier', is: 'equals', value: 'gold', ignoreCase: true }],
    ['a name with a dot', { trait: '["a.b"]', is: 'set' }],
    ['a name like an operator', { trait: '$where', is: 'set' }],
    ['a name like an index', { trait: 'a.0', is: 'set' }],
    ['a name of the prototype', { trait: 'a.constructor', is: 'set' }],
    ['a purpose with a dot', { consent: 'ads.eu', is: 'granted' }],
    ['a path', { path: 'entry.a', is: 'set' }],
    ['one such part', { all: [{ trait: 'tier', is: 'set' }, { not: { event: 'Order' } }] }],
  ])('leaves %s to evaluation', (_, rule) => {
    expect(toFilter(rule, now)).toBeUndefined();
  });

  it('wraps what users write in operators of its own', () => {
    const filter = toFilter({ trait: 'tier', is: 'equals', value: '$ne' }, now);
    expect(filter).toEqual({
      $and: [
        { $and: [{ 'traits.tier.value': { $eq: '$ne', $not: { $type: 'array' } } }] },
        { $nor: [{ 'traits.tier.expiresAt': { $lte: now } }] },
      ],
    });
  });
});

import fc from 'fast-check';
import type { Json } from '../json';
import { aProfile, anIdentify, noon } from '../../testing/builders';
import { factsAt } from './facts-at';
import type { Trait } from './profile';
import type { TraitRule, TraitRules } from './trait-rules';
import { unionTraits, writeTraits } from './write-traits';

const said = (value: Json, at: number, source = 'shop', more: Partial<Trait> = {}): Trait => ({
  ...{ value, at, since: at, source },
  ...more,
});
const ended = { expiresAt: 9 };
const crmFirst: TraitRule = { sources: ['crm', 'import'] };

describe('a statement', () => {
  it.each<[string, TraitRule, Trait, Trait, 'stays' | 'yields']>([
    ['later, of the newest', 'newest', said('a', 1), said('b', 2), 'yields'],
    ['earlier, of the newest', 'newest', said('a', 2), said('b', 1), 'stays'],
    ['later, of the first', 'first', said('a', 1), said('b', 2), 'stays'],
    ['earlier, of the first', 'first', said('a', 2), said('b', 1), 'yields'],
    [
      'later than one that was repeated, of the first',
      'first',
      said('a', 5, 'shop', { since: 1 }),
      said('b', 3),
      'stays',
    ],
    ['a deletion, of the first', 'first', said('a', 2), said(null, 1), 'stays'],
    ['after a deletion, of the first', 'first', said(null, 1), said('a', 2), 'yields'],
    ['after the end of the first', 'first', said('a', 1, 'shop', ended), said('b', 10), 'stays'],
    ['later, of a united one', 'union', said(['a'], 1), said(['b'], 2), 'yields'],
    ['later, of a sum', 'sum', said(1, 1), said(2, 2), 'yields'],
    ['later, of a source that is not listed', crmFirst, said('a', 1, 'crm'), said('b', 2), 'stays'],
    ['earlier, of a source that is listed', crmFirst, said('a', 2), said('b', 1, 'crm'), 'yields'],
    ['earlier, of the source listed first', crmFirst, said('a', 2, 'import:op_1'), said('b', 1, 'crm'), 'yields'],
    ['later, of the source listed second', crmFirst, said('a', 1, 'crm'), said('b', 2, 'import:op_1'), 'stays'],
    ['later, of the same source', crmFirst, said('a', 1, 'crm'), said('b', 2, 'crm'), 'yields'],
    ['earlier, of the same source', crmFirst, said('a', 2, 'crm'), said('b', 1, 'crm'), 'stays'],
    ['later, of two sources that are not listed', crmFirst, said('a', 1, 'shop'), said('b', 2, 'web'), 'yields'],
    ['later, after a deletion by a source before it', crmFirst, said(null, 1, 'crm'), said('b', 2), 'stays'],
    ['a deletion by the source listed first', crmFirst, said('a', 2), said(null, 1, 'crm'), 'yields'],
    ['after the end of what a source before it said', crmFirst, said('a', 1, 'crm', ended), said('b', 10), 'stays'],
  ])('%s: what was there is right, on writes and on merges', (_, rule, present, incoming, outcome) => {
    const { value, at, source } = incoming;
    const kept = { value: outcome === 'stays' ? present.value : value };
    const written = writeTraits({ tier: present }, { traits: { tier: value }, at, source }, { tier: rule });
    expect(written.facts['tier']).toMatchObject(kept);
    expect(written.changed).toEqual(outcome === 'stays' ? [] : ['tier']);
    if (rule === 'union' || rule === 'sum') return;
    expect(unionTraits({ tier: present }, { tier: incoming }, { tier: rule })['tier']).toMatchObject(kept);
    expect(unionTraits({ tier: incoming }, { tier: present }, { tier: rule })['tier']).toMatchObject(kept);
  });

  it('that says earlier what is so already moves the beginning, and rules look again', () => {
    const { facts, changed } = writeTraits(
      { tier: said('a', 5) },
      { traits: { tier: 'a' }, at: 2, source: 'shop' },
      { tier: 'first' },
    );
    expect([facts['tier'], changed]).toEqual([said('a', 2), ['tier']]);
  });

  it('of a source to trust more, which says what is so already, leaves the beginning where it is', () => {
    const present = said('a', 3, 'shop', { since: 1 });
    const crm = { traits: { tier: 'a' }, at: 2, source: 'crm' };
    expect(writeTraits({ tier: present }, crm, { tier: crmFirst }).facts['tier']).toEqual(
      said('a', 2, 'crm', { since: 1 }),
    );
  });
});

describe('two profiles that become one', () => {
  it.each<[string, TraitRule, Trait, Trait, Trait]>([
    [
      'have the items of both, each once',
      'union',
      said(['b', 'a'], 1),
      said(['c', 'b'], 2, 'web'),
      said(['a', 'b', 'c'], 2, 'web'),
    ],
    ['have a single value as an item', 'union', said('b', 2), said(['a'], 1), said(['a', 'b'], 2)],
    ['have numbers in order', 'union', said([10, 9], 2), said([9, 'x', { n: 1 }], 1), said([9, 10, 'x', { n: 1 }], 2)],
    ['keep items where the other deleted theirs', 'union', said(null, 2), said(['b', 'a'], 1), said(['b', 'a'], 2)],
    ['have the sum of both', 'sum', said(2, 1), said(3, 2, 'web'), said(5, 2, 'web')],
    ['keep a number where the other deleted theirs', 'sum', said(2, 1), said(null, 2), said(2, 2)],
    ['have the newest of what is no number', 'sum', said('2', 1), said(3, 2), said(3, 2)],
    ['have the newest where the sum is none', 'sum', said(1e308, 2), said(1e308, 1), said(1e308, 2)],
    [
      'have the newest of what has an end',
      'union',
      said(['a'], 1),
      said(['b'], 2, 'shop', ended),
      said(['b'], 2, 'shop', ended),
    ],
  ])('%s', (_, rule, one, other, together) => {
    expect(unionTraits({ it: one }, { it: other }, { it: rule })).toEqual({ it: together });
    expect(unionTraits({ it: other }, { it: one }, { it: rule })).toEqual({ it: together });
  });

  it('have what only one of them has, as it is', () => {
    expect(unionTraits({ a: said([2, 1], 1) }, { b: said([4, 3], 1) }, { a: 'union', b: 'union' })).toEqual({
      a: said([2, 1], 1),
      b: said([4, 3], 1),
    });
  });
});

const value = fc.oneof(fc.constantFrom<Json>(null, 'a', 'b', 1, 10, 2), fc.subarray<Json>(['a', 'b', 9, 10, true]));
const times = {
  at: fc.integer({ min: 5, max: 9 }),
  since: fc.integer({ min: 1, max: 5 }),
  source: fc.constantFrom('crm', 'shop', 'web'),
};
const anyTrait = (of: fc.Arbitrary<Json>): fc.Arbitrary<Trait> => fc.record({ ...times, value: of });
const withEnd = fc
  .tuple(anyTrait(value), fc.option(fc.integer({ min: 1, max: 20 }), { nil: undefined }))
  .map(([trait, expiresAt]): Trait => (expiresAt === undefined ? trait : { ...trait, expiresAt }));
const cases: [TraitRule, fc.Arbitrary<Trait>][] = [
  ['first', withEnd],
  ['union', anyTrait(value.filter((one) => one !== null))],
  ['sum', anyTrait(fc.integer({ min: -1_000, max: 1_000 }))],
];

const mergeBy =
  (rule: TraitRule) =>
  (a: Trait, b: Trait): Trait =>
    unionTraits({ it: a }, { it: b }, { it: rule })['it'] as Trait;

describe.each(cases)('merges by the rule %j', (rule, trait) => {
  const merge = mergeBy(rule);

  it('make the same of three, whoever absorbs whom and in whatever order', () => {
    fc.assert(
      fc.property(trait, trait, trait, (a, b, c) => {
        expect(merge(a, b)).toEqual(merge(b, a));
        expect(merge(merge(a, b), c)).toEqual(merge(a, merge(b, c)));
      }),
    );
  });
});

it.each(cases.slice(0, 2))('a merge by the rule %j changes nothing when it comes again', (rule, trait) => {
  const merge = mergeBy(rule);
  fc.assert(
    fc.property(trait, trait, (a, b) => {
      expect(merge(merge(a, b), b)).toEqual(merge(a, b));
    }),
  );
});

describe.each<TraitRule>(['newest', 'first', { sources: ['crm', 'shop'] }])('by the rule %j', (rule) => {
  const statement = fc.record({
    value: fc.constantFrom<Json>(null, 'a', 'b', 'c'),
    source: times.source,
    who: fc.nat(2),
  });
  const inOrder = fc
    .array(statement, { minLength: 1, maxLength: 8 })
    .map((list) => list.map((one, index) => ({ ...one, at: index + 1 })))
    .chain((list) => fc.tuple(fc.constant(list), fc.shuffledSubarray(list, { minLength: list.length })));

  it('a trait is the same in whatever order statements come and profiles become one, where times differ', () => {
    fc.assert(
      fc.property(
        inOrder,
        fc.array(fc.tuple(fc.nat(8), fc.nat(2), fc.nat(2)), { maxLength: 4 }),
        ([sent, arrived], merges) => {
          const rules = { it: rule };
          const one = sent.reduce(
            (facts, { value: it, at, source }) => writeTraits(facts, { traits: { it }, at, source }, rules).facts,
            {} as Record<string, Trait>,
          );
          const people: Record<string, Trait>[] = [{}, {}, {}];
          const survivorOf = [0, 1, 2];
          const find = (who: number): number => (survivorOf[who] === who ? who : find(survivorOf[who] as number));
          const join = (a: number, b: number): void => {
            const [survivor, absorbed] = [find(a), find(b)];
            if (survivor === absorbed) return;
            people[survivor] = unionTraits(people[survivor] ?? {}, people[absorbed] ?? {}, rules);
            survivorOf[absorbed] = survivor;
          };
          for (const [index, { who, value: it, at, source }] of arrived.entries()) {
            for (const [when, a, b] of merges) if (when === index) join(a, b);
            const owner = find(who);
            people[owner] = writeTraits(people[owner] ?? {}, { traits: { it }, at, source }, rules).facts;
          }
          join(0, 1);
          join(0, 2);
          const shown = ({ it }: Record<string, Trait>) => it && it.value !== null && [it.value, it.at, it.source];
          expect(shown(people[find(0)] ?? {})).toEqual(shown(one));
        },
      ),
    );
  });
});

it('facts as of a past instant are read again by the same rules', () => {
  const events = ['a', 'b'].map((tier, index) =>
    anIdentify({ tier }, { occurredAt: noon + index, receivedAt: noon + index }),
  );
  const person = aProfile('prf_1');
  const tier = (rules?: TraitRules) => factsAt(person, events, noon + 5, rules)?.traits['tier']?.value;
  expect([tier(), tier({ tier: 'first' })]).toEqual(['b', 'a']);
});

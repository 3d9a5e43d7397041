import fc from 'fast-check';
import {
  blank,
  epoch,
  contactedCondition,
  eventCondition,
  factRule,
  profile,
  ruleEvent,
  ruleOver,
} from '../../testing/rule-arbitraries';
import { dayMs } from '../duration';
import { profileId } from '../ids';
import type { Json } from '../json';
import type { Profile } from '../profiles/profile';
import { observe } from './behaviour/behaviour';
import { compileRule } from './compile-rule';
import { historyView } from './history-view';
import { profileView } from './profile-view';
import type { Rule, TraitCondition } from './rule.schema';

const now = epoch + 30 * dayMs;
const at = (offset: number) => new Date(now + offset).toISOString();
const withTrait = (value: Json, more = {}): Profile => ({
  ...blank,
  traits: { t: { value, at: now, since: epoch, source: 'api', ...more } },
});
const evaluate = (rule: Rule, one: Profile, when = now) => compileRule(rule).evaluate(profileView(one), when);
const trait = (is: string, value?: unknown, more = {}) => ({ trait: 't', is, value, ...more }) as TraitCondition;

describe('a trait condition', () => {
  const cases: { is: string; value?: unknown; matching: Json[]; others: Json[]; more?: object }[] = [
    { is: 'equals', value: 'gold', matching: ['gold'], others: ['Gold', 'gold ', ['gold'], { gold: 1 }, 1, null] },
    { is: 'equals', value: 5, matching: [5], others: ['5', true, [5]] },
    { is: 'equals', value: true, matching: [true], others: ['true', 1, false] },
    { is: 'equals', value: 'GOLD', more: { ignoreCase: true }, matching: ['gold', 'Gold'], others: ['golden'] },
    { is: 'in', value: ['a', 2], matching: ['a', 2], others: ['A', '2', ['a'], null] },
    { is: 'in', value: ['A'], more: { ignoreCase: true }, matching: ['a'], others: ['b'] },
    { is: 'contains', value: 'ol', matching: ['gold', ['ol']], others: ['OL', ['gold'], 1, { ol: 1 }] },
    { is: 'contains', value: 'OL', more: { ignoreCase: true }, matching: ['gold', ['Ol']], others: ['g'] },
    { is: 'contains', value: 1, matching: [[1, 2]], others: [['1'], 1, '1'] },
    { is: 'starts_with', value: 'go', matching: ['gold'], others: ['Gold', 'ago', 1] },
    { is: 'ends_with', value: 'LD', more: { ignoreCase: true }, matching: ['gold'], others: ['golden'] },
    { is: 'set', matching: ['', 0, false, [], {}], others: [null] },
    { is: 'greater_than', value: 5, matching: [5.1], others: [5, '6', null, true] },
    { is: 'at_least', value: 5, matching: [5], others: [4.9, '6'] },
    { is: 'less_than', value: 5, matching: [4.9, -1], others: [5, '4', null] },
    { is: 'at_most', value: 5, matching: [5], others: [5.1] },
    { is: 'between', value: [1, 3], matching: [1, 2, 3], others: [0.9, 3.1, '2'] },
    {
      is: 'before',
      value: '2026-01-20',
      matching: ['2026-01-19', '2026-01-19T23:59:59.999Z', 1_768_000_000],
      others: ['2026-01-20', 'soon', '1768000000'],
    },
    { is: 'after', value: '2026-01-20', matching: ['2026-01-20T00:00:00.001Z'], others: ['2026-01-20', '2026-01-19'] },
    { is: 'before', value: '-7d', matching: [at(-7 * dayMs - 1)], others: [at(-7 * dayMs), at(0)] },
    { is: 'after', value: 'now', matching: [at(1)], others: [at(0), at(-1)] },
    { is: 'within_last', value: '7d', matching: [at(0), at(-7 * dayMs)], others: [at(1), at(-7 * dayMs - 1), null] },
    { is: 'within_next', value: '7d', matching: [at(0), at(7 * dayMs)], others: [at(-1), at(7 * dayMs + 1)] },
    { is: 'older_than', value: '7d', matching: [at(-7 * dayMs)], others: [at(-7 * dayMs + 1)] },
  ];

  it.each(cases)('with $is $value matches $matching and not $others', ({ is, value, more, matching, others }) => {
    for (const held of matching)
      expect([held, evaluate(trait(is, value, more), withTrait(held)).matches]).toEqual([held, true]);
    for (const held of others)
      expect([held, evaluate(trait(is, value, more), withTrait(held)).matches]).toEqual([held, false]);
  });

  it.each(cases)('with $is $value does not match an absent value', ({ is, value, more }) => {
    expect(evaluate(trait(is, value, more), blank)).toEqual({ matches: false });
  });

  it.each([
    { is: 'not_equals', positive: 'equals', value: 'gold' },
    { is: 'not_in', positive: 'in', value: ['gold'] },
    { is: 'not_contains', positive: 'contains', value: 'gold' },
    { is: 'not_set', positive: 'set', value: undefined },
  ])('with $is matches an absent value and is the exact opposite of $positive', ({ is, positive, value }) => {
    expect(evaluate(trait(is, value), blank).matches).toBe(true);
    fc.assert(
      fc.property(profile, fc.constantFrom('tier', 'tags[]', 'address.city', 'tags[].tier'), (one, path) => {
        const ask = (operator: string) => evaluate({ ...trait(operator, value), trait: path }, one).matches;
        expect(ask(is)).toBe(!ask(positive));
      }),
    );
  });

  it.each([
    { path: 't[].sku', value: [{ sku: 'A' }, { sku: 'B' }], is: 'equals', matches: true },
    { path: 't[].sku', value: [{ sku: 'A' }], is: 'not_equals', matches: true },
    { path: 't[].sku', value: [{ sku: 'A' }, { sku: 'B' }], is: 'not_equals', matches: false },
    { path: 't.sku', value: [{ sku: 'B' }], is: 'equals', matches: false },
    { path: 't["s.k"].u', value: { 's.k': { u: 'B' } }, is: 'equals', matches: true },
  ])('at $path of $value: $is "B" is $matches', ({ path, value, is, matches }) => {
    expect(evaluate({ ...trait(is, 'B'), trait: path }, withTrait(value)).matches).toBe(matches);
  });

  it.each([
    { condition: trait('within_last', '7d'), held: at(-dayMs), flipsAt: now + 6 * dayMs + 1 },
    { condition: trait('within_last', '7d'), held: at(dayMs), flipsAt: now + dayMs },
    { condition: trait('within_next', '7d'), held: at(9 * dayMs), flipsAt: now + 2 * dayMs },
    { condition: trait('within_next', '7d'), held: at(dayMs), flipsAt: now + dayMs + 1 },
    { condition: trait('older_than', '7d'), held: at(-dayMs), flipsAt: now + 6 * dayMs },
    { condition: trait('before', '-7d'), held: at(0), flipsAt: now + 7 * dayMs + 1 },
    { condition: trait('after', '+1d'), held: at(3 * dayMs), flipsAt: now + 2 * dayMs },
    { condition: trait('equals', 'x', { for: '40d' }), held: 'x', flipsAt: epoch + 40 * dayMs },
  ])(
    '$condition.is $condition.value of $held flips by itself at exactly the instant it names',
    ({ condition, held, flipsAt }) => {
      const one = withTrait(held);
      const before = evaluate(condition, one);
      expect(before.nextCheckAt).toBe(flipsAt);
      expect(evaluate(condition, one, flipsAt - 1).matches).toBe(before.matches);
      expect(evaluate(condition, one, flipsAt).matches).toBe(!before.matches);
    },
  );

  it('with "for" holds an absent value to have always been absent, and a deleted one since it was deleted', () => {
    const notGold = trait('not_equals', 'gold', { for: '40d' });
    expect(evaluate(notGold, blank)).toEqual({ matches: true });
    expect(evaluate(notGold, withTrait(null))).toEqual({ matches: false, nextCheckAt: epoch + 40 * dayMs });
  });

  it('is of an absent value once the trait has expired, and says when that is', () => {
    const one = withTrait('gold', { expiresAt: now });
    expect(evaluate(trait('equals', 'gold'), one, now - 1)).toEqual({ matches: true, nextCheckAt: now });
    expect(evaluate(trait('equals', 'gold'), one, now)).toEqual({ matches: false });
    expect(evaluate(trait('not_set', undefined, { for: '1d' }), one, now)).toEqual({
      matches: false,
      nextCheckAt: now + dayMs,
    });
  });
});

describe('the other conditions', () => {
  const known: Profile = {
    ...blank,
    memberships: { vip: { enteredAt: epoch, version: 1 } },
    consent: { ads: { status: 'denied', at: epoch, source: 'api', messageId: 'm1' } },
    identifiers: [{ type: 'email', value: 'x', firstSeenAt: epoch }],
  };

  it.each<[Rule, boolean]>([
    [{ audience: 'vip' }, true],
    [{ audience: 'constructor' }, false],
    [{ consent: 'ads', is: 'denied' }, true],
    [{ consent: 'ads', is: 'granted' }, false],
    [{ consent: 'mail', is: 'unset' }, true],
    [{ consent: 'constructor', is: 'unset' }, true],
    [{ identifier: 'email', is: 'set' }, true],
    [{ identifier: 'phone', is: 'set' }, false],
    [{ identifier: 'phone', is: 'not_set' }, true],
    [{ not: { all: [{ audience: 'vip' }, { identifier: 'phone', is: 'set' }] } }, true],
    [{ path: 'entry.total', is: 'at_least', value: 1 }, false],
  ])('%j is %s', (rule, matches) => {
    expect(evaluate(rule, known)).toEqual({ matches });
  });

  it('read paths from the caller, in any element of a list', () => {
    const view = historyView(blank, [], { entry: { total: 7, items: [{ sku: 'A' }, { sku: 'B' }] } });
    const ask = (rule: Rule) => compileRule(rule).evaluate(view, now).matches;
    expect(ask({ path: 'entry.total', is: 'at_least', value: 7 })).toBe(true);
    expect(ask({ path: 'entry.items[].sku', is: 'equals', value: 'B' })).toBe(true);
    expect(ask({ path: 'entry.items[].sku', is: 'equals', value: 'C' })).toBe(false);
  });
});

describe('compileRule', () => {
  it('lists what the rule reads and must remember, each once', () => {
    const bought: Rule = { event: 'Order', count: { is: 'at_least', value: 2 }, within: '7d' };
    const compiled = compileRule({
      all: [
        { trait: 'address.city', is: 'set' },
        { any: [bought, { not: { ...bought, count: { is: 'less_than', value: 2 } } }, { event: '*' }] },
        { audience: 'vip' },
        { consent: 'ads', is: 'granted' },
        { identifier: 'email', is: 'set' },
      ],
    });
    expect(compiled.dependsOn).toEqual({
      traits: ['address'],
      events: ['Order', '*'],
      audiences: ['vip'],
      consents: ['ads'],
      groups: [],
      lists: [],
      identifiers: true,
      paths: false,
    });
    expect(new Set(compiled.conditions.map(({ key }) => key)).size).toBe(2);
  });

  const anyRule = ruleOver(fc.oneof(factRule, eventCondition, contactedCondition));

  it('answers from bounded state what it answers from stored events', () => {
    fc.assert(
      fc.property(
        anyRule,
        profile,
        fc.array(ruleEvent, { maxLength: 40 }),
        fc.nat({ max: 60 }),
        (rule, one, events, days) => {
          const when = epoch + (61 + days) * dayMs;
          const { conditions, evaluate: ask } = compileRule(rule);
          const states = Object.fromEntries(
            conditions.map(({ key, condition }) => [
              key,
              events.reduce((state, event) => observe(condition, state, event), {}),
            ]),
          );
          expect(ask(profileView({ ...one, states }), when).matches).toBe(ask(historyView(one, events), when).matches);
        },
      ),
      { numRuns: 300 },
    );
  });

  it('never names the next check too late', () => {
    fc.assert(
      fc.property(
        anyRule,
        profile,
        fc.array(ruleEvent, { maxLength: 20 }),
        fc.nat({ max: 60 * 24 }),
        (rule, one, events, hours) => {
          const { evaluate: ask } = compileRule(rule);
          const seen = events.filter((event) => event.at <= epoch + hours * 3_600_000);
          const view = historyView(one, seen);
          const start = epoch + hours * 3_600_000;
          const { matches, nextCheckAt = Infinity } = ask(view, start);
          expect(nextCheckAt).toBeGreaterThan(start);
          // Every instant in these streams is a whole hour, give or take a millisecond.
          for (let hour = 1; hour <= 30 * 24; hour += 1) {
            for (const offset of [-1, 0, 1, 2]) {
              const instant = start + hour * 3_600_000 + offset;
              if (instant < nextCheckAt) expect(ask(view, instant).matches).toBe(matches);
            }
          }
        },
      ),
      { numRuns: 40 },
    );
  });
});

describe('a sample', () => {
  const people = Array.from({ length: 2_000 }, (_, index) => ({ ...blank, id: profileId(`prf_${index}`) }));
  const within = (percent: number, salt?: string) =>
    new Set(
      people
        .filter((one) => evaluate({ sample: { percent, ...(salt !== undefined && { salt }) } }, one).matches)
        .map(({ id }) => id),
    );

  it('holds of nobody, of everybody, and of as many as it says', () => {
    expect([within(0).size, within(100).size]).toEqual([0, people.length]);
    // 500 by chance, with a standard deviation of 19.
    expect(Math.abs(within(25, 'pilot').size - 500)).toBeLessThan(100);
  });

  it('is part of a larger one with the same salt, and has nothing to do with one of another', () => {
    const larger = within(50, 'pilot');
    expect([...within(25, 'pilot')].every((id) => larger.has(id))).toBe(true);
    const shared = [...within(50, 'other')].filter((id) => larger.has(id)).length;
    expect(Math.abs(shared - 500)).toBeLessThan(100);
  });

  it('stays whatever becomes of the person', () => {
    const [one] = people;
    const rule: Rule = { sample: { percent: 50 } };
    const later = { ...withTrait('gold'), id: one!.id };
    expect(evaluate(rule, later, now + 400 * dayMs)).toEqual(evaluate(rule, one!));
  });
});

import { day, noon } from '../../../testing/builders';
import type { Rule } from '../rule.schema';
import { alwaysHolds, neverHolds } from './can-hold';

const tier = (value: string): Rule => ({ trait: 'tier', is: 'equals', value });
const ltv = (is: 'greater_than' | 'at_least' | 'less_than' | 'at_most', value: number): Rule => ({
  trait: 'ltv',
  is,
  value,
});
const ordered = (is: 'at_least' | 'at_most' | 'equals', value: number, within?: string): Rule => ({
  event: 'Ordered',
  count: { is, value },
  ...(within && { within }),
});
const all = (...rules: Rule[]): Rule => ({ all: rules });
const not = (rule: Rule): Rule => ({ not: rule });

describe('a rule that nobody can match', () => {
  it.each<[string, Rule]>([
    ['asks one trait for two values', all(tier('gold'), tier('iron'))],
    [
      'asks it for a value that it is not to have',
      all(tier('gold'), { trait: 'tier', is: 'not_in', value: ['gold', 'iron'] }),
    ],
    ['asks for a value and for none', all(tier('gold'), { trait: 'tier', is: 'not_set' })],
    ['asks for a range with nothing in it', all(ltv('greater_than', 100), ltv('at_most', 100))],
    ['asks for more than the most', all(ltv('at_least', 500), { trait: 'ltv', is: 'between', value: [0, 499] })],
    ['asks text to be a number', all({ trait: 'ltv', is: 'equals', value: 'much' }, ltv('at_least', 1))],
    [
      'says a thing and its opposite, however deep',
      all(tier('gold'), { any: [all(not(tier('gold')), ltv('at_least', 1))] }),
    ],
    [
      'asks for what has lasted and is not',
      all({ trait: 'tier', is: 'equals', value: 'gold', for: '7d' }, not(tier('gold'))),
    ],
    [
      'asks a date to be within and beyond a week',
      all({ trait: 'seen', is: 'within_last', value: '7d' }, { trait: 'seen', is: 'older_than', value: '30d' }),
    ],
    [
      'asks a date to be before what it is after',
      all({ trait: 'born', is: 'before', value: '2000-01-01' }, { trait: 'born', is: 'after', value: '2001-01-01' }),
    ],
    ['asks for events in a week that a month has not', all(ordered('at_least', 3, '7d'), ordered('at_most', 2, '30d'))],
    ['asks for events and for none', all({ event: 'Ordered' }, ordered('equals', 0))],
    ['asks for fewer than none', { event: 'Ordered', count: { is: 'less_than', value: 0 } }],
    [
      'asks for events that have two values at once',
      {
        event: 'Ordered',
        where: [
          { property: 'total', is: 'greater_than', value: 100 },
          { property: 'total', is: 'less_than', value: 50 },
        ],
      },
    ],
    [
      'asks for consent that was given and denied',
      all({ consent: 'ads', is: 'granted' }, { consent: 'ads', is: 'denied' }),
    ],
    [
      'asks for an identifier and for none',
      all({ identifier: 'email', is: 'set' }, { identifier: 'email', is: 'not_set' }),
    ],
    ['asks for members and for others', all({ audience: 'vip' }, not({ audience: 'vip' }))],
    ['draws nobody', { sample: { percent: 0 } }],
    [
      'draws from some those that are not among more of them',
      all({ sample: { percent: 10, salt: 'a' } }, not({ sample: { percent: 50, salt: 'a' } })),
    ],
  ])('%s', (_, rule) => {
    expect(neverHolds(rule, noon)).toBe(true);
    expect(alwaysHolds(not(rule), noon)).toBe(true);
  });

  it('is one of an audience whose rule excludes what is asked beside it', () => {
    const rules: Readonly<Record<string, Rule>> = {
      golden: all(tier('gold'), { audience: 'rich' }),
      rich: ltv('at_least', 9),
    };
    const asked = all({ audience: 'golden' }, ltv('less_than', 5));
    expect(neverHolds(asked, noon, (key) => rules[key])).toBe(true);
    expect(neverHolds(asked, noon)).toBe(false);
  });
});

describe('a rule that everybody matches', () => {
  it.each<[string, Rule]>([
    ['asks for a thing or its opposite', { any: [tier('gold'), not(tier('gold'))] }],
    [
      'asks for less or more, or for nothing',
      { any: [ltv('less_than', 10), ltv('at_least', 10), { trait: 'ltv', is: 'not_equals', value: 10 }] },
    ],
    ['counts from nothing', ordered('at_least', 0)],
    ['draws everybody', { sample: { percent: 100 } }],
    ['leaves out a value that cannot be', { any: [not(tier('gold')), not(tier('iron'))] }],
  ])('%s', (_, rule) => {
    expect(alwaysHolds(rule, noon)).toBe(true);
  });
});

describe('a rule of which neither is said', () => {
  it.each<[string, Rule]>([
    ['asks two traits', all(tier('gold'), ltv('at_least', 500))],
    ['asks for a range', all(ltv('at_least', 100), ltv('at_most', 100))],
    [
      'asks any elements of a list',
      all({ trait: 'tags[]', is: 'equals', value: 'a' }, { trait: 'tags[]', is: 'equals', value: 'b' }),
    ],
    [
      'asks for parts of a text',
      all({ trait: 'mail', is: 'ends_with', value: '.com' }, { trait: 'mail', is: 'starts_with', value: 'a' }),
    ],
    [
      'asks for other letters',
      all({ trait: 'tier', is: 'equals', value: 'Gold', ignoreCase: true }, not(tier('Gold'))),
    ],
    [
      'compares with what a run says',
      all(
        { path: 'entry.properties.a', is: 'equals', value: { from: 'entry.properties.b' } },
        { path: 'entry.properties.a', is: 'equals', value: 1 },
      ),
    ],
    ['asks for a birthday before there were computers', { trait: 'born', is: 'before', value: '1960-01-01' }],
    ['asks for what is older than the epoch', { trait: 'born', is: 'older_than', value: '22000d' }],
    [
      'asks for a date that is told in seconds',
      all({ trait: 'at', is: 'greater_than', value: 0 }, { trait: 'at', is: 'after', value: '2020-01-01' }),
    ],
    ['asks for more than any usual number', { trait: 'ltv', is: 'greater_than', value: 1e20 }],
    [
      'leaves out all values but others',
      all({ trait: 'a', is: 'set' }, { trait: 'a', is: 'not_in', value: [true, false, '', 'neither of them'] }),
    ],
    ['counts what a run says', { event: 'Ordered', count: { is: 'at_least', value: { from: 'entry.properties.n' } } }],
    [
      'has not been so for a week, and is so',
      all(tier('gold'), not({ trait: 'tier', is: 'equals', value: 'gold', for: '7d' })),
    ],
    ['asks for more in a month than in a week', all(ordered('at_most', 1, '7d'), ordered('at_least', 2, '30d'))],
    [
      'asks for events of two kinds',
      all({ event: 'Ordered', where: [{ property: 'a', is: 'set' }] }, ordered('at_most', 1)),
    ],
    [
      'asks for a date to come',
      all({ trait: 'due', is: 'within_next', value: '7d' }, { trait: 'due', is: 'after', value: 'now' }),
    ],
    [
      'asks what is denied whether it was revoked',
      all({ consent: 'ads', is: 'denied' }, { consent: 'ads', is: 'revoked' }),
    ],
  ])('%s', (_, rule) => {
    expect([neverHolds(rule, noon), alwaysHolds(rule, noon)]).toEqual([false, false]);
  });

  it('refers to audiences that refer to each other twice, fifty deep', () => {
    const above = (key: string): Rule => {
      const one: Rule = { audience: `a${Number(key.slice(1)) + 1}` };
      return key === 'a50' ? tier('gold') : { any: [one, one] };
    };
    expect([neverHolds({ audience: 'a0' }, noon, above), alwaysHolds({ audience: 'a0' }, noon, above)]).toEqual([
      false,
      false,
    ]);
  });

  it('is too large to look at', () => {
    const pairs = Array.from({ length: 12 }, (_, index) => ({ any: [tier(`a${index}`), tier(`b${index}`)] }));
    expect(neverHolds(all(...pairs), noon + day)).toBe(false);
  });
});

import { checkRule } from './check-rule';
import type { Rule } from './rule.schema';

const inJourney = { hasPaths: true };
const trait = (is: string, value?: unknown, more = {}) =>
  ({ trait: 'a', is, ...(value !== undefined && { value }), ...more }) as Rule;
const event = (more: object) => ({ event: 'Order', ...more }) as Rule;
const sum = { property: 'total', is: 'at_least', value: 1 };

describe('checkRule', () => {
  it.each<Rule>([
    trait('equals', true),
    trait('in', ['a', 1]),
    trait('contains', 'a', { ignoreCase: true }),
    trait('not_set'),
    trait('between', [1, 1]),
    trait('before', '2026-03-01'),
    trait('after', '-30d'),
    trait('before', 1_700_000_000),
    trait('within_next', '2w'),
    trait('greater_than', { from: 'traits.b' }),
    event({ sum }),
    event({ first: { is: 'before', value: 'now' } }),
    { group: 'household', members: event({ sum }), match: 'none', role: 'child' },
    { group: 'account', traits: { all: [trait('set'), { not: trait('equals', 1) }] } },
    event({ where: [{ property: 'due', is: 'after', value: '2026-03-01T00:00:00Z' }] }),
  ])('finds nothing wrong with %j', (rule) => {
    expect(checkRule(rule, inJourney)).toEqual([]);
  });

  it.each<[Rule, string, string]>([
    [{ group: 'household' }, '', 'A condition on a group has either "traits" or "members".'],
    [
      { group: 'household', traits: trait('set'), members: trait('set') },
      '',
      'A condition on a group has either "traits" or "members".',
    ],
    [
      { group: 'household', traits: { audience: 'vip' } },
      '/traits',
      'A group has traits, and no events, audiences, consents or identifiers.',
    ],
    [
      { group: 'household', traits: trait('set'), role: 'child' },
      '/role',
      '"role" is about members, and this condition is about the traits of the group.',
    ],
    [{ group: 'household', members: trait('at_most') }, '/members/value', '"at_most" needs a number, not nothing.'],
    [
      { group: 'household', members: { not: { group: 'account', traits: trait('set') } } },
      '/members/not',
      'A rule on a group cannot ask for groups again.',
    ],
    [trait('greater_than', '500'), '/value', '"greater_than" needs a number, not a number in text.'],
    [trait('greater_than', 'lots'), '/value', '"greater_than" needs a number, not this text.'],
    [trait('at_most'), '/value', '"at_most" needs a number, not nothing.'],
    [trait('equals', ['a']), '/value', '"equals" needs text, a number, true or false, not this list.'],
    [trait('in', 'a'), '/value', '"in" needs a list with at least one value, not this text.'],
    [trait('in', []), '/value', '"in" needs a list with at least one value, not this list.'],
    [trait('starts_with', 1), '/value', '"starts_with" needs text, not this number.'],
    [trait('between', [2, 1]), '/value', '"between" needs two numbers, the lower first, not this list.'],
    [trait('before', 'soon'), '/value', '"before" needs a date or an offset from now, not this text.'],
    [trait('older_than', 7), '/value', '"older_than" needs a duration, not this number.'],
    [trait('set', true), '/value', '"set" compares with nothing.'],
    [trait('at_least', 1, { ignoreCase: true }), '/ignoreCase', '"at_least" does not compare letters.'],
    [
      trait('older_than', '1d', { for: '7d' }),
      '/for',
      '"older_than" already moves with time and cannot be combined with "for".',
    ],
    [event({ count: { is: 'equals', value: 'x' } }), '/count/value', '"equals" needs a number, not this text.'],
    [event({ sum, last: { is: 'older_than', value: '1d' } }), '/last', 'A condition tests one of sum, last.'],
    [
      event({ where: [{ property: 'b', is: 'in', value: 1 }] }),
      '/where/0/value',
      '"in" needs a list with at least one value, not this number.',
    ],
    [
      event({ where: [{ property: 'b', is: 'after', value: '-1d' }] }),
      '/where/0/value',
      'Whether an event matches cannot depend on the time of asking.',
    ],
  ])('finds in %j at %s: %s', (rule, path, message) => {
    expect(checkRule(rule, inJourney)).toEqual([
      { code: expect.any(String), path, message, suggestion: expect.stringMatching(/\.$/) },
    ]);
    expect(checkRule({ all: [{ not: rule }] }, inJourney).map((finding) => finding.path)).toEqual([
      `/all/0/not${path}`,
    ]);
  });

  it('refuses paths where nobody supplies them', () => {
    const rule: Rule = {
      any: [
        { path: 'entry.a', is: 'equals', value: 1 },
        { trait: 'a', is: 'equals', value: { from: 'entry.a' } },
      ],
    };
    expect(checkRule(rule, { hasPaths: false }).map(({ path }) => path)).toEqual(['/any/0/path', '/any/1/value']);
  });

  it('names unknown audiences when it is told the known ones', () => {
    expect(checkRule({ audience: 'vpi' }, { ...inJourney, audiences: new Set(['vip']) })).toEqual([
      expect.objectContaining({ path: '/audience', message: 'There is no audience "vpi".' }),
    ]);
    expect(checkRule({ audience: 'vpi' }, inJourney)).toEqual([]);
  });
});

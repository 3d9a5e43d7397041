import { z } from 'zod';
import { AudienceDefinition, Rule } from './rule.schema';

const vip = { key: 'vip', name: 'VIP', rule: { trait: 'tier', is: 'equals', value: 'gold' } };
const faults = (value: unknown, schema: z.ZodType = Rule) => {
  const parsed = schema.safeParse(value);
  return parsed.success ? [] : parsed.error.issues.map((issue) => `/${issue.path.join('/')}: ${issue.message}`);
};

describe('Rule', () => {
  it.each([
    {
      all: [
        { trait: 'tier', is: 'equals', value: 'gold' },
        { trait: 'ltv', is: 'greater_than', value: 500 },
      ],
    },
    { any: [{ not: { audience: 'vip' } }, { consent: 'ads', is: 'unset' }, { identifier: 'email', is: 'set' }] },
    { trait: 'loyalty.tier', is: 'in', value: ['gold'], ignoreCase: true, for: '7d' },
    { path: 'entry.properties.total', is: 'at_least', value: { from: 'traits.ltv' } },
    { event: 'Order Completed' },
    { sample: { percent: 12.5, salt: 'pilot' } },
    { event: 'Order Completed', last: { is: 'older_than', value: '60d' } },
    { event: '*', where: [{ property: 'items[].sku', is: 'set' }], count: { is: 'equals', value: 0 }, within: '7d' },
  ])('reads %j as it is', (rule) => {
    expect(Rule.parse(rule)).toEqual(rule);
  });

  it.each<[string, unknown, string]>([
    ['an unknown field', { event: 'Order', wihtin: '7d' }, '/: Unrecognized key: "wihtin"'],
    ['a nested unknown field', { all: [{ trait: 'a', is: 'set', typo: 1 }] }, '/all/0: Unrecognized key: "typo"'],
    ['an unknown operator', { trait: 'a', is: 'like', value: 'b' }, '/is: Invalid option'],
    ['a missing operator', { any: [{ consent: 'ads' }] }, '/any/0/is: Invalid option'],
    ['a bad window', { event: 'Order', within: '7 days' }, '/within: Write a duration such as'],
    ['a bad path', { trait: 'a..b', is: 'set' }, 'Write a path such as'],
    ['an empty group', { all: [] }, '/all: '],
    ['no kind of condition', { atrait: 'a' }, '/: A rule has exactly one of: all, any, not, trait, path, event'],
    ['two kinds at once', { trait: 'a', is: 'set', audience: 'b' }, '/: A rule has exactly one of:'],
    [
      'a fault deep inside',
      { all: [{ not: { any: [{ audience: 'a' }, { consent: 1, is: 'x' }] } }] },
      '/all/0/not/any/1/consent: ',
    ],
    [
      'a moving operator in where',
      { event: 'A', where: [{ property: 'at', is: 'within_last', value: '1d' }] },
      '/where/0/is: Invalid option',
    ],
    ['a kind of condition that there is not', { weather: 'rain' }, '/: A rule has exactly one of:'],
    ['more than everybody', { sample: { percent: 101 } }, '/sample/percent: '],
    ['a null value', { trait: 'a', is: 'equals', value: null }, '/value: Write text, a number'],
    ['text', 'vip', '/: A rule has exactly one of:'],
  ])('refuses %s, naming it', (_, rule, fault) => {
    expect(faults(rule).join('\n')).toContain(fault);
  });

  it('refuses rules too deep or too big without walking them', () => {
    const deep = Array.from({ length: 50_000 }).reduce((rule) => ({ not: rule }), { audience: 'vip' } as unknown);
    expect(faults(deep)).toEqual(['/: A rule nests at most 12 groups; split it into audiences.']);
    const wide = { all: Array.from({ length: 30 }, () => ({ any: Array.from({ length: 30 }, () => vip.rule) })) };
    expect(faults(wide)).toEqual(['/: A rule has at most 500 conditions and groups; split it into audiences.']);
  });

  it('is published as JSON Schema', () => {
    expect(JSON.stringify(z.toJSONSchema(Rule))).toContain('"additionalProperties":false');
  });
});

describe('AudienceDefinition', () => {
  it('reads a definition as it is', () => {
    const full = { ...vip, description: 'Our best', labels: ['core'], kind: 'live' };
    expect(AudienceDefinition.parse(full)).toEqual(full);
  });

  it.each<[string, unknown, string]>([
    ['a key with other letters', { ...vip, key: 'VIP!' }, '/key: Write 1 to 64'],
    ['a kind that there is not', { ...vip, kind: 'static' }, '/kind: '],
    [
      'a list, which only manual audiences have',
      { ...vip, rule: { list: 'vip@1' } },
      '/rule: A rule has exactly one of:',
    ],
    ['an unknown field', { ...vip, held: 5 }, '/: Unrecognized key: "held"'],
    ['a holdout of nobody', { ...vip, holdout: { percent: 0 } }, '/holdout/percent: Too small'],
    ['a holdout of more than half', { ...vip, holdout: { percent: 51 } }, '/holdout/percent: Too big'],
    [
      'a value of the wrong type',
      { ...vip, rule: { not: { trait: 'ltv', is: 'greater_than', value: '500' } } },
      '/rule/not/value: "greater_than" needs a number, not a number in text. Write, for example, 100.',
    ],
    ['a path condition', { ...vip, rule: { path: 'entry.a', is: 'set' } }, '/rule/path: Only rules inside a journey'],
  ])('refuses %s, naming it', (_, definition, fault) => {
    expect(faults(definition, AudienceDefinition).join('\n')).toContain(fault);
  });
});

import { aProfile, anEvent, anIdentify, day, noon } from '../../testing/builders';
import { planPreview, type PreviewQuestion } from './plan-preview';
import type { Rule } from './rule.schema';

const gold: Rule = { trait: 'tier', is: 'equals', value: 'gold' };
const viewed: Rule = { event: 'Product Viewed', within: '7d' };
const ordered: Rule = { event: 'Order Completed' };

const plan = (rule: Rule, of: Partial<PreviewQuestion> = {}) =>
  planPreview({ rule, audiences: new Map(), at: noon, isPast: false, ...of });

const known = (tier?: string) =>
  aProfile('prf_1', {
    createdAt: noon - 30 * day,
    ...(tier !== undefined && {
      traits: { tier: { value: tier, at: noon - day, since: noon - day, source: 'src_test' } },
    }),
  });
const at = (occurredAt: number) => ({ occurredAt, receivedAt: occurredAt });

describe('the events that a preview reads', () => {
  const audiences = new Map<string, Rule>([
    ['viewers', { any: [viewed, { audience: 'buyers' }] }],
    ['buyers', ordered],
    ['others', { event: 'Signed Up' }],
  ]);

  it.each<[string, Rule, boolean, readonly string[] | undefined]>([
    ['those the rule names', viewed, false, ['Product Viewed']],
    [
      'those of audiences it rests on, however far',
      { audience: 'viewers' },
      false,
      ['Product Viewed', 'Order Completed'],
    ],
    ['none for traits of the present', gold, false, []],
    ['`identify` for traits of the past', gold, true, ['identify']],
    ['none for consent of the present', { consent: 'ads', is: 'granted' }, false, []],
    ['all for consent of the past, which any event may carry', { consent: 'ads', is: 'granted' }, true, undefined],
    ['all where a rule asks for any', { event: '*' }, false, undefined],
  ])('are %s', (_what, rule, isPast, names) => {
    expect(plan(rule, { audiences, isPast }).names).toEqual(names);
  });

  it('are found once where two audiences rest on each other', () => {
    const round = new Map<string, Rule>([
      ['one', { any: [{ audience: 'two' }, viewed] }],
      ['two', { audience: 'one' }],
    ]);
    expect(plan({ audience: 'one' }, { audiences: round }).names).toEqual(['Product Viewed']);
  });
});

describe('who matches', () => {
  it('is decided by the present traits and the stored events', () => {
    const { matches } = plan({ all: [gold, viewed] });
    expect(matches(known('gold'), [anEvent(at(noon - day))])).toBe(true);
    expect(matches(known('gold'), [anEvent(at(noon - 8 * day))])).toBe(false);
    expect(matches(known('blue'), [anEvent(at(noon - day))])).toBe(false);
  });

  it('is decided by the rule of an audience, not by stored memberships', () => {
    const { matches } = plan({ audience: 'buyers' }, { audiences: new Map([['buyers', ordered]]) });
    expect(matches(known(), [anEvent({ name: 'Order Completed', ...at(noon - day) })])).toBe(true);
    expect(matches(known(), [])).toBe(false);
  });

  it('is nobody where the audience does not exist', () => {
    expect(plan({ audience: 'none' }).matches(known(), [])).toBe(false);
    expect(plan({ not: { audience: 'none' } }).matches(known(), [])).toBe(true);
  });

  describe('in the past', () => {
    const then = noon - 10 * day;
    const past = { at: then, isPast: true };

    it('is decided by the traits of then', () => {
      const events = [anIdentify({ tier: 'gold' }, at(then - day)), anIdentify({ tier: 'blue' }, at(noon - day))];
      expect(plan(gold, past).matches(known('blue'), events)).toBe(true);
      expect(plan(gold, past).matches(known('gold'), events.slice(1))).toBe(false);
    });

    it('is decided by traits until they expired, whatever came later', () => {
      const fact = anIdentify({ tier: 'gold' }, { ...at(then - day), traitExpiry: { tier: then } });
      const events = [fact, anIdentify({ tier: 'gold' }, at(noon - day))];
      expect(plan(gold, { at: then - 1, isPast: true }).matches(known('gold'), events)).toBe(true);
      expect(plan(gold, past).matches(known('gold'), events)).toBe(false);
    });

    it('leaves out events that came later', () => {
      expect(plan(ordered, past).matches(known(), [anEvent({ name: 'Order Completed', ...at(then + 1) })])).toBe(false);
    });

    it('leaves out people who were not known yet, whatever the rule', () => {
      const later = aProfile('prf_2', { createdAt: noon - day });
      expect(plan({ not: gold }, past).matches(later, [])).toBe(false);
      expect(plan({ not: gold }, past).matches(known(), [])).toBe(true);
    });
  });
});

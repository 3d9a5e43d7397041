import fc from 'fast-check';
import { aProfile, anEvent, day, noon } from '../../testing/builders';
import {
  epoch,
  profile as profileArbitrary,
  ruleOver,
  factRule,
  contactedCondition,
  eventCondition,
  ruleEvent,
} from '../../testing/rule-arbitraries';
import type { Event } from '../events/event';
import { explainRule, type Explanation, type PersonAt } from './explain-rule';
import { historyView } from './history-view';
import { planPreview } from './plan-preview';
import type { Rule } from './rule.schema';

const gold: Rule = { trait: 'tier', is: 'equals', value: 'gold' };
const rich: Rule = { trait: 'ltv', is: 'greater_than', value: 500 };
const mailed: Rule = { identifier: 'email', is: 'set' };
const buyers: Rule = { event: 'Order Completed', count: { is: 'at_least', value: 2 }, within: '7d' };
const audiences = new Map<string, Rule>([['buyers', buyers]]);

const person = (traits: Readonly<Record<string, string | number>>) =>
  aProfile('prf_1', {
    createdAt: noon - 30 * day,
    traits: Object.fromEntries(
      Object.entries(traits).map(([key, value]) => [key, { value, at: noon, since: noon - day, source: 'src_test' }]),
    ),
  });
const orders = (...daysAgo: number[]): Event[] =>
  daysAgo.map((days) => {
    const at = noon - days * day;
    return anEvent({ name: 'Order Completed', occurredAt: at, receivedAt: at });
  });
const explain = (rule: Rule, traits = {}, events: readonly Event[] = []): Explanation | undefined =>
  planPreview({ rule, audiences, at: noon, isPast: false }).explain(person(traits), events);

describe('an explanation', () => {
  it('says of each condition what was found, and nothing where nothing was', () => {
    const rule: Rule = { all: [gold, rich, { any: [buyers, { not: mailed }] }] };
    expect(explain(rule, { tier: 'silver' }, orders(1))?.parts).toEqual([
      { pointer: '', kind: 'all', matches: false },
      { pointer: '/all/0', kind: 'trait', condition: gold, matches: false, actual: 'silver' },
      { pointer: '/all/1', kind: 'trait', condition: rich, matches: false },
      { pointer: '/all/2', kind: 'any', matches: true },
      { pointer: '/all/2/any/0', kind: 'event', condition: buyers, matches: false, actual: 1 },
      { pointer: '/all/2/any/1', kind: 'not', matches: true },
      { pointer: '/all/2/any/1/not', kind: 'identifier', condition: mailed, matches: false },
    ]);
  });

  it.each<[string, Rule, unknown]>([
    ['a sum', { event: 'Order Completed', sum: { property: 'total', is: 'at_least', value: 1 } }, 0],
    [
      'the instant of the last',
      { event: 'Order Completed', last: { is: 'older_than', value: '1d' } },
      '2026-09-10T12:00:00.000Z',
    ],
    ['consent that nobody gave', { consent: 'ads', is: 'granted' }, 'unset'],
    ['that of another audience', { audience: 'buyers' }, 'member'],
  ])('finds %s', (_what, rule, actual) => {
    const at = Date.parse('2026-09-10T12:00:00Z');
    const plan = planPreview({ rule, audiences, at: at + day, isPast: false });
    const events = [at, at - day].map((occurredAt) =>
      anEvent({ name: 'Order Completed', occurredAt, receivedAt: occurredAt }),
    );
    expect(plan.explain(person({}), events)?.parts[0]?.actual).toEqual(actual);
  });

  it('names the fewest conditions that turn it', () => {
    expect(explain({ all: [gold, rich] }, { tier: 'gold', ltv: 100 })?.nearest).toEqual(['/all/1']);
    expect(explain({ all: [gold, rich] }, {})?.nearest).toEqual(['/all/0', '/all/1']);
    expect(explain({ all: [gold, rich] }, { tier: 'gold', ltv: 900 })?.nearest).toEqual(['/all/0']);
    expect(explain({ any: [{ all: [gold, rich] }, buyers] }, {})?.nearest).toEqual(['/any/1']);
    expect(explain({ any: [gold, rich] }, { tier: 'gold', ltv: 900 })?.nearest).toEqual(['/any/0', '/any/1']);
  });

  it('says when time alone turns it, also through another audience, passing over what leaves and changes nothing', () => {
    const flipsAt = noon + 6 * day + 1;
    expect(explain(buyers, {}, orders(1, 1, 3))?.parts[0]).toEqual({
      pointer: '',
      kind: 'event',
      condition: buyers,
      matches: true,
      actual: 3,
      flipsAt,
    });
    expect(explain({ audience: 'buyers' }, {}, orders(1, 1, 3))?.parts[0]).toMatchObject({ flipsAt });
  });

  it('says how far it looked where that was not far enough', () => {
    const moving: Rule = { event: 'Order Completed', count: { is: 'at_least', value: 1 }, within: '30d' };
    const view = (): PersonAt => ({
      view: historyView(
        person({}),
        orders(1, 2, 3).map(({ name, occurredAt, properties }) => ({ name, at: occurredAt, properties })),
      ),
      othersNextCheckAt: () => undefined,
    });
    expect(explainRule(moving, view, { now: noon, mostChecks: 1 }).parts[0]).toMatchObject({
      steadyUntil: noon + 28 * day + 1,
    });
  });

  it('is nothing of somebody who was not known yet', () => {
    const plan = planPreview({ rule: gold, audiences, at: noon - 60 * day, isPast: true });
    expect(plan.explain(person({ tier: 'gold' }), [])).toBeUndefined();
  });
});

const anyRule = ruleOver(fc.oneof(factRule, eventCondition, contactedCondition));

describe('of any rule and person', () => {
  it('the answer is that of the rule, its nearest conditions turn it, and it flips when it says so', () => {
    fc.assert(
      fc.property(anyRule, profileArbitrary, fc.array(ruleEvent, { maxLength: 12 }), (rule, profile, sent) => {
        const now = epoch + 10 * day;
        const events = sent.filter(({ at }) => at <= now);
        const personAt = (): PersonAt => ({ view: historyView(profile, events), othersNextCheckAt: () => undefined });
        const { matches, parts, nearest } = explainRule(rule, personAt, { now, mostChecks: 50 });
        const answers = new Map(parts.map((part) => [part.pointer, part.matches]));
        expect(valueOf(rule, '', answers)).toBe(matches);
        const turned = new Map([...answers].map(([at, answer]) => [at, nearest.includes(at) ? !answer : answer]));
        expect(valueOf(rule, '', turned)).toBe(!matches);
        const { flipsAt } = parts[0] ?? {};
        if (flipsAt === undefined) return;
        expect(explainRule(rule, personAt, { now: flipsAt - 1, mostChecks: 0 }).matches).toBe(matches);
        expect(explainRule(rule, personAt, { now: flipsAt, mostChecks: 0 }).matches).toBe(!matches);
      }),
      { numRuns: 300 },
    );
  });
});

/** A rule's answer from those of its conditions. */
function valueOf(rule: Rule, at: string, answers: ReadonlyMap<string, boolean>): boolean {
  if ('all' in rule) return rule.all.every((child, index) => valueOf(child, `${at}/all/${index}`, answers));
  if ('any' in rule) return rule.any.some((child, index) => valueOf(child, `${at}/any/${index}`, answers));
  if ('not' in rule) return !valueOf(rule.not, `${at}/not`, answers);
  return answers.get(at) ?? false;
}

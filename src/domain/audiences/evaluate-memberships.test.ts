import { blank, epoch } from '../../testing/rule-arbitraries';
import { dayMs } from '../duration';
import type { Profile } from '../profiles/profile';
import { emptyState, observe } from './behaviour/behaviour';
import { affectedBy, compileAudiences, evaluateMemberships, neededEdges } from './evaluate-memberships';
import { compileRule } from './compile-rule';
import type { EventCondition, Rule } from './rule.schema';

const now = epoch + 30 * dayMs;
const gold: Rule = { trait: 'tier', is: 'equals', value: 'gold' };
const audiences = compileAudiences([
  { key: 'not-vip', rule: { not: { audience: 'vip' } } },
  { key: 'vip', rule: gold },
  { key: 'reachable-vip', rule: { all: [{ audience: 'vip' }, { identifier: 'email', is: 'set' }] } },
]);
const tier = (value: string) => ({ tier: { value, at: epoch, since: epoch, source: 'api' } });
const member = { enteredAt: epoch, version: 1 };
const someone: Profile = { ...blank, identifiers: [{ type: 'email', value: 'x', firstSeenAt: epoch }] };

describe('evaluateMemberships', () => {
  it('enters and exits along the references in one pass, each audience once', () => {
    const became = { ...someone, traits: tier('gold'), memberships: { 'not-vip': member } };
    expect(evaluateMemberships(became, audiences, now)).toEqual({
      entered: ['vip', 'reachable-vip'],
      exited: ['not-vip'],
      checks: {},
    });
  });

  it('changes nothing for a profile that is up to date', () => {
    const settled = { ...someone, traits: tier('gold'), memberships: { vip: member, 'reachable-vip': member } };
    expect(evaluateMemberships(settled, audiences, now)).toEqual({ entered: [], exited: [], checks: {} });
  });

  it('evaluates only the affected audiences and those that refer to one that changed', () => {
    const became = { ...someone, traits: tier('gold') };
    expect(evaluateMemberships(became, audiences, now, undefined, new Set(['vip'])).entered).toEqual([
      'vip',
      'reachable-vip',
    ]);
    expect(evaluateMemberships(became, audiences, now, undefined, new Set(['reachable-vip'])).entered).toEqual([]);
  });

  describe('when time alone changes memberships', () => {
    const lately: EventCondition = { event: 'Order', within: '7d' };
    const lapsed: EventCondition = { event: 'Order', last: { is: 'older_than', value: '10d' } };
    const timed = compileAudiences([
      { key: 'lately', rule: lately },
      { key: 'lapsed', rule: lapsed },
      { key: 'gold', rule: gold },
    ]);
    const states = Object.fromEntries(
      timed.flatMap(({ rule }) =>
        rule.conditions.map(({ key, condition }) => [
          key,
          observe(condition, emptyState(condition), { name: 'Order', at: now, properties: {} }),
        ]),
      ),
    );

    it('names for each when to look again, and the earliest of all', () => {
      expect(evaluateMemberships({ ...blank, states }, timed, now)).toEqual({
        entered: ['lately'],
        exited: [],
        checks: { lately: now + 7 * dayMs + 1, lapsed: now + 10 * dayMs },
        nextCheckAt: now + 7 * dayMs + 1,
      });
    });

    it('keeps the time of those that are not evaluated', () => {
      const stored = {
        ...blank,
        states,
        checks: { lately: now + 5, lapsed: now + 9 },
        memberships: { lately: member },
      };
      const { checks, nextCheckAt } = evaluateMemberships(stored, timed, now, undefined, new Set(['gold']));
      expect({ checks, nextCheckAt }).toEqual({ checks: { lately: now + 5, lapsed: now + 9 }, nextCheckAt: now + 5 });
    });

    it('evaluates those whose time has come, though nothing affected them', () => {
      const due = now + 7 * dayMs + 1;
      const stored = {
        ...blank,
        states,
        checks: { lately: due, lapsed: now + 10 * dayMs },
        memberships: { lately: member },
      };
      expect(evaluateMemberships(stored, timed, due - 1, undefined, new Set()).exited).toEqual([]);
      expect(evaluateMemberships(stored, timed, due, undefined, new Set())).toEqual({
        entered: [],
        exited: ['lately'],
        checks: { lapsed: now + 10 * dayMs },
        nextCheckAt: now + 10 * dayMs,
      });
    });
  });
});

describe('affectedBy', () => {
  const rule = compileRule({
    all: [
      { trait: 'address.city', is: 'set' },
      { event: 'Order' },
      { audience: 'vip' },
      { consent: 'ads', is: 'granted' },
      { identifier: 'email', is: 'set' },
    ],
  });

  it.each([
    [{ traits: ['address'] }, true],
    [{ traits: ['city'] }, false],
    [{ events: new Set(['Order']) }, true],
    [{ events: ['View'] }, false],
    [{ audiences: ['vip'] }, true],
    [{ consents: ['ads'] }, true],
    [{ consents: ['mail'], identifiers: false }, false],
    [{ identifiers: true }, true],
    [{}, false],
  ])('for %j answers %s', (change, isAffected) => {
    expect(affectedBy(rule, change)).toBe(isAffected);
  });

  it('counts any event for a rule about every event', () => {
    expect(affectedBy(compileRule({ event: '*' }), { events: ['View'] })).toBe(true);
    expect(affectedBy(compileRule({ event: '*' }), { events: [] })).toBe(false);
  });
});

describe('neededEdges', () => {
  it('names the conditions whose window cuts through a bucket', () => {
    const condition: EventCondition = { event: 'Order', count: { is: 'equals', value: 275 }, within: '7d' };
    const compiled = compileRule({ all: [condition, { event: 'View' }] });
    const key = compiled.conditions[0]?.key as string;
    const state = Array.from({ length: 300 }, (_, minute) => ({
      name: 'Order',
      at: now + minute * 60_000,
      properties: {},
    })).reduce((before, event) => observe(condition, before, event), emptyState(condition));
    const when = now + 7 * dayMs + 30 * 60_000;
    expect(neededEdges(compiled, { states: { [key]: state } }, when)).toEqual([
      { key, condition, events: ['Order'], from: when - 7 * dayMs, to: now + 33 * 60_000 + 1 },
    ]);
    expect(neededEdges(compiled, { states: {} }, when)).toEqual([]);
  });
});

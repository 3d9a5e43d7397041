import fc from 'fast-check';
import { compileRule } from '../../audiences/compile-rule';
import type { ComputedValues } from '../../audiences/computed/resolve-computed';
import { resolveComputed } from '../../audiences/computed/resolve-computed';
import { measureOf } from '../../audiences/computed/measure';
import { historyView } from '../../audiences/history-view';
import type { Rule } from '../../audiences/rule.schema';
import { toRuleEvent, type Event } from '../../events/event';
import { own } from '../../json';
import { anEvent, aRuleset, day, hour, noon } from '../../../testing/builders';
import { FoldedWorld } from '../../../testing/folded-world';
import { idsOf } from '../present';
import type { Profile } from '../profile';

const computed: ComputedValues = {
  spend: { event: 'Ordered', sum: 'revenue', within: '3d' },
  'last-shop': { event: '*', last: 'shop', within: '2d' },
  shops: { event: 'Ordered', unique: 'shop' },
  recent: { event: 'Viewed', list: 'shop', max: 2, within: '1d' },
  score: {
    score: [
      { event: 'Viewed', points: 5 },
      { event: 'Ordered', points: { property: 'revenue', times: 0.5 } },
      { event: 'Other', points: -8 },
    ],
    halfLife: '1d',
  },
};
const rules: Record<string, Rule> = {
  warm: { path: 'computed.score', is: 'at_least', value: 20 },
  cold: { path: 'computed.score', is: 'less_than', value: 0.5 },
  spenders: {
    all: [
      { path: 'computed.spend', is: 'greater_than', value: 40 },
      { path: 'computed.spend', is: 'less_than', value: 120 },
    ],
  },
  northern: { path: 'computed.last-shop', is: 'equals', value: 'north' },
  both: { any: [{ path: 'computed.recent[]', is: 'equals', value: 'south' }, { not: { audience: 'northern' } }] },
  loyal: { path: 'computed.shops', is: 'equals', value: 1 },
};
const ruleset = aRuleset({ audiences: rules, computed });

/** Membership by brute force, audience after audience, from the stored events alone. */
function expected(world: FoldedWorld, profile: Profile, now: number): string[] {
  const history = world.historyOf(profile).map(toRuleEvent);
  const memberships: Profile['memberships'] = {};
  for (const [key, rule] of Object.entries(rules)) {
    const view = historyView({ ...profile, memberships }, history);
    if (compileRule(resolveComputed(rule, computed)).evaluate(view, now).matches)
      Object.assign(memberships, { [key]: { enteredAt: now, version: 1 } });
  }
  return Object.keys(memberships).sort();
}

function expectAsPlain(world: FoldedWorld, now: number): void {
  for (const profile of world.living()) {
    expect(Object.keys(profile.memberships).sort()).toEqual(expected(world, profile, now));
    const history = world.historyOf(profile).map(toRuleEvent);
    for (const value of Object.values(computed)) {
      const measure = measureOf(value);
      const state = own(profile.states, measure.stateKey) ?? measure.empty;
      expect(measure.tell(state, now, history)).toEqual(measure.recall(history, now));
    }
  }
}

const people = [{ user_id: 'u1' }, { anonymous_id: 'a1' }, { user_id: 'u1', anonymous_id: 'a1' }, { user_id: 'u2' }];
const happened = fc.record({
  by: fc.constantFrom(...people),
  name: fc.constantFrom('Viewed', 'Ordered', 'Other'),
  late: fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 6 * day })),
  revenue: fc.integer({ min: 0, max: 9000 }).map((cents) => cents / 100),
  shop: fc.constantFrom('north', 'south', 'east'),
});
const step = fc.record({ wait: fc.integer({ min: 0, max: 30 * hour }), events: fc.array(happened, { maxLength: 4 }) });
type Happened = typeof happened extends fc.Arbitrary<infer One> ? One : never;

const arrivals = (events: readonly Happened[], now: number): Event[] =>
  events.map(({ late, revenue, shop, ...of }) =>
    anEvent({ ...of, properties: { revenue, shop }, receivedAt: now, occurredAt: now - late }),
  );

describe('rules on something computed, over any stream of events, late ones and merges included', () => {
  it('hold as the plain definition says, and so are the values, also after merges that are taken back', () => {
    fc.assert(
      fc.property(fc.array(step, { minLength: 1, maxLength: 12 }), (steps) => {
        const world = new FoldedWorld(ruleset);
        let now = noon;
        for (const { wait, events } of steps) {
          now += wait;
          world.apply(arrivals(events, now), now);
          world.tick(now);
          expectAsPlain(world, now);
        }
        const [merge] = world.merges;
        if (!merge || !world.living().some((one) => idsOf(one).includes(merge.absorbed))) return;
        world.unmerge(merge.absorbed, now + 1);
        world.tick(now + 1);
        expectAsPlain(world, now + 1);
      }),
      { numRuns: 40 },
    );
  });

  it('turn by time alone at the very millisecond that the profile names, and never before', () => {
    fc.assert(
      fc.property(fc.array(step, { minLength: 1, maxLength: 6 }), (steps) => {
        const world = new FoldedWorld(ruleset);
        let now = noon;
        for (const { wait, events } of steps) {
          now += wait;
          world.apply(arrivals(events, now), now);
        }
        world.tick(now);
        for (let turn = 0; turn < 8; turn += 1) {
          const next = Math.min(...world.living().map(({ nextCheckAt = Infinity }) => nextCheckAt));
          if (next === Infinity) return;
          for (const profile of world.living())
            expect(expected(world, profile, next - 1)).toEqual(Object.keys(profile.memberships).sort());
          world.tick(next);
          expectAsPlain(world, next);
        }
      }),
      { numRuns: 40 },
    );
  });
});

it('two comparisons of one value read what each needs where the edge of the window decides one of them only', () => {
  const rule: Rule = {
    all: [
      { path: 'computed.spend', is: 'greater_than', value: 150 },
      { path: 'computed.spend', is: 'less_than', value: 1000 },
    ],
  };
  const of: ComputedValues = { spend: { event: 'Ordered', sum: 'revenue', within: '5d' } };
  const world = new FoldedWorld(aRuleset({ audiences: { rule }, computed: of }));
  const events = Array.from({ length: 300 }, (_, index) =>
    anEvent({ name: 'Ordered', properties: { revenue: 1 }, receivedAt: noon, occurredAt: noon - index * (hour / 3) }),
  );
  world.apply(events, noon);
  const inside: number[] = [];
  for (let minutes = 0; minutes < 5 * 24 * 60; minutes += 17) {
    world.tick(noon + minutes * 60_000);
    if (world.size('rule') === 1) inside.push(minutes);
  }
  // The 150th newest leaves 5 days after it happened; until then there are more.
  expect(inside.at(-1)).toBe(Math.floor((5 * 24 * 60 - 150 * 20) / 17) * 17);
});

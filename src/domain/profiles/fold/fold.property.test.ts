import fc from 'fast-check';
import { compileRule } from '../../audiences/compile-rule';
import { historyView } from '../../audiences/history-view';
import type { Rule } from '../../audiences/rule.schema';
import { toRuleEvent, type Event, type Identifier } from '../../events/event';
import { identifierName } from '../../identity/identifier-types';
import { contactEvent } from '../../events/contact';
import { anEvent, aRuleset, day, hour, noon } from '../../../testing/builders';
import { FoldedWorld } from '../../../testing/folded-world';
import type { Profile } from '../profile';

const rules: Record<string, Rule> = {
  viewers: {
    all: [
      { event: 'Viewed', within: '3d' },
      { event: 'Ordered', count: { is: 'equals', value: 0 }, within: '3d' },
    ],
  },
  spenders: { event: 'Ordered', sum: { property: 'revenue', is: 'greater_than', value: 100 }, within: '5d' },
  lapsed: { event: 'Ordered', last: { is: 'older_than', value: '2d' } },
  either: { any: [{ audience: 'spenders' }, { not: { audience: 'viewers' } }] },
  undecided: {
    sequence: [{ event: 'Viewed' }, { event: 'Ordered', absent: true }],
    same: 'properties.shop',
    within: '1d',
    startedWithin: '5d',
    settled: true,
  },
  returning: { sequence: [{ event: '*' }, { event: 'Ordered' }], within: '1d' },
  regulars: {
    event: 'Ordered',
    per: 'shop',
    count: { is: 'at_least', value: 2 },
    without: { event: 'Other', per: 'shop', within: '2d' },
  },
  tired: { contacted: { channel: 'email' }, count: { is: 'at_least', value: 2 }, within: '3d' },
  quiet: {
    all: [{ event: '*' }, { contacted: { journey: 'welcome' }, count: { is: 'equals', value: 0 }, within: '1d' }],
  },
  idle: { event: '*', count: { is: 'at_most', value: 1 }, within: '2d' },
};
const ruleset = aRuleset({ audiences: rules });

/** A flap would enter twice, or leave without having entered. */
function expectNoFlaps({ edges }: FoldedWorld): void {
  const inside = new Set<string>();
  for (const { profile, audience, edge } of edges) {
    const stay = `${profile} ${audience}`;
    expect([inside.has(stay), edge]).toEqual([edge === 'exited', edge]);
    if (edge === 'entered') inside.add(stay);
    else inside.delete(stay);
  }
}

/** Membership by brute force, audience after audience, from the stored events alone. */
function expected(world: FoldedWorld, profile: Profile, now: number): string[] {
  const history = world.historyOf(profile).map(toRuleEvent);
  const memberships: Profile['memberships'] = {};
  for (const key of Object.keys(rules)) {
    const view = historyView({ ...profile, memberships }, history);
    if (compileRule(rules[key] as Rule).evaluate(view, now).matches)
      Object.assign(memberships, { [key]: { enteredAt: now, version: 1 } });
  }
  return Object.keys(memberships).sort();
}

const people = [
  { user_id: 'u1' },
  { anonymous_id: 'a1' },
  { user_id: 'u1', anonymous_id: 'a1' },
  { user_id: 'u2' },
  { email: 'e1' },
  { user_id: 'u2', email: 'e1' },
];
const happened = fc.record({
  by: fc.constantFrom(...people),
  name: fc.constantFrom('Viewed', 'Ordered', 'Other', 'a message'),
  channel: fc.constantFrom('email', undefined),
  journey: fc.constantFrom('welcome', 'win-back'),
  late: fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 6 * day })),
  revenue: fc.integer({ min: 0, max: 9000 }).map((cents) => cents / 100),
  shop: fc.constantFrom('north', 'south'),
});
const step = fc.record({ wait: fc.integer({ min: 0, max: 30 * hour }), events: fc.array(happened, { maxLength: 4 }) });
type Happened = typeof happened extends fc.Arbitrary<infer One> ? One : never;

const arrivals = (events: readonly Happened[], now: number): Event[] =>
  events.map(({ late, revenue, shop, channel, journey, ...of }) => {
    const at = { receivedAt: now, occurredAt: now - late };
    const event = anEvent({ ...of, properties: { revenue, shop }, ...at });
    if (of.name !== 'a message') return event;
    const [identifier] = event.identifiers;
    const contact = { idempotencyKey: event.messageId, destination: 'mails', step: 's', status: 'delivered' };
    return { ...contactEvent({ ...contact, channel, journey }, identifier!, now), ...at };
  });

const sameName = (one: Identifier, other: Identifier | undefined): boolean =>
  other !== undefined && identifierName(one) === identifierName(other);
const erasedOnes = [undefined, ...people.slice(0, 2), people[3], people[4]];
const stepWithErasure = fc.record({
  wait: fc.integer({ min: 0, max: 30 * hour }),
  events: fc.array(fc.record({ event: happened, isConsent: fc.boolean() }), { maxLength: 4 }),
  erase: fc.constantFrom(...erasedOnes),
});
const granted = { consent: { records: { marketing: { status: 'granted' } } } };

/** What nobody may be known by: erased, with no consent that was granted and happened after it. */
class ErasureOracle {
  readonly #erased = new Map<string, number>();

  erase(names: readonly string[], now: number): void {
    for (const name of names) this.#erased.set(name, now);
  }

  /** The names of an event that may be kept of it, and those that count again. */
  kept({ identifiers, occurredAt }: Event, isConsent: boolean): string[] {
    const names = identifiers.map(identifierName);
    for (const name of names)
      if (isConsent && occurredAt > (this.#erased.get(name) ?? Infinity)) this.#erased.delete(name);
    return names.filter((name) => !this.#erased.has(name));
  }

  get names(): ReadonlySet<string> {
    return new Set(this.#erased.keys());
  }
}

describe('folding any stream of events with erasures in between', () => {
  it('never knows anybody by what was erased, and keeps memberships equal to the plain definition over what is left', () => {
    fc.assert(
      fc.property(
        fc.array(stepWithErasure, { minLength: 1, maxLength: 12 }),
        fc.integer({ min: 1, max: 4 }),
        (steps, size) => {
          const world = new FoldedWorld(ruleset);
          const oracle = new ErasureOracle();
          const refused: string[] = [];
          let now = noon;
          for (const { wait, events, erase } of steps) {
            now += wait + 1;
            const batch = events.flatMap(({ event, isConsent }) =>
              arrivals([event], now).map((one) => ({ ...one, context: isConsent ? granted : {} })),
            );
            world.apply(batch, now, size);
            for (const event of batch)
              if (oracle.kept(event, event.context === granted).length === 0) refused.push(event.messageId);
            if (erase) {
              const [identifier] = Object.entries(erase).map(([type, value]) => ({ type, value }));
              const owner = world
                .living()
                .find((profile) => profile.identifiers.some((one) => sameName(one, identifier)));
              oracle.erase(owner?.identifiers.map(identifierName) ?? [identifierName(identifier!)], now);
              world.erase(identifier!, now);
            }
            world.tick(now);
            const known = world.living().flatMap(({ identifiers }) => identifiers.map(identifierName));
            expect(known.filter((name) => oracle.names.has(name))).toEqual([]);
            for (const profile of world.living()) {
              const named = world.historyOf(profile).flatMap(({ identifiers }) => identifiers.map(identifierName));
              expect(named.filter((name) => !known.includes(name))).toEqual([]);
              expect(Object.keys(profile.memberships).sort()).toEqual(expected(world, profile, now));
            }
          }
          expect(world.refused).toEqual(refused);
          expectNoFlaps(world);
        },
      ),
      { numRuns: 300 },
    );
  });
});

describe('folding any stream of events, late ones and merges included', () => {
  it('keeps every membership equal to the plain definition over the stored events, at every instant', () => {
    fc.assert(
      fc.property(fc.array(step, { minLength: 1, maxLength: 12 }), (steps) => {
        const world = new FoldedWorld(ruleset);
        let now = noon;
        for (const { wait, events } of steps) {
          now += wait;
          world.apply(arrivals(events, now), now);
          world.tick(now);
          for (const profile of world.living())
            expect(Object.keys(profile.memberships).sort()).toEqual(expected(world, profile, now));
        }
        expectNoFlaps(world);
      }),
      { numRuns: 300 },
    );
  });

  it('never changes a membership by time before the instant it named', () => {
    fc.assert(
      fc.property(
        fc.array(step, { minLength: 1, maxLength: 6 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (steps, part) => {
          const world = new FoldedWorld(ruleset);
          let now = noon;
          for (const { wait, events } of steps) {
            now += wait;
            world.apply(arrivals(events, now), now);
          }
          for (const profile of world.living()) {
            const since = profile.evaluatedAt;
            const horizon = (profile.nextCheckAt ?? since + 30 * day) - 1;
            const between = Math.floor(since + (horizon - since) * part);
            expect(expected(world, profile, between)).toEqual(Object.keys(profile.memberships).sort());
          }
          expectNoFlaps(world);
        },
      ),
      { numRuns: 300 },
    );
  });
});

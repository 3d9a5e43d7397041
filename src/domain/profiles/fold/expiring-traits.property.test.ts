import fc from 'fast-check';
import { compileRule } from '../../audiences/compile-rule';
import { historyView } from '../../audiences/history-view';
import type { Rule } from '../../audiences/rule.schema';
import { effectiveAt, toRuleEvent, type Event } from '../../events/event';
import type { Json } from '../../json';
import { anIdentify, aRuleset, noon } from '../../../testing/builders';
import { FoldedWorld } from '../../../testing/folded-world';
import { factsAt } from '../facts-at';
import { presentTraits } from '../present';
import type { Profile } from '../profile';

const minute = 60_000;
const rules: Record<string, Rule> = {
  gold: { trait: 'tier', is: 'equals', value: 'gold' },
  others: { trait: 'tier', is: 'not_equals', value: 'gold' },
  scored: { all: [{ trait: 'score', is: 'at_least', value: 2 }, { not: { audience: 'gold' } }] },
  either: {
    any: [
      { trait: 'tier', is: 'not_set' },
      { trait: 'score', is: 'set' },
    ],
  },
};
const lasting: Record<string, Rule> = {
  ...rules,
  'gold-for-long': { trait: 'tier', is: 'equals', value: 'gold', for: '20m' },
  'long-without': { trait: 'score', is: 'not_set', for: '30m' },
};

/** One statement: most of them end, within the two hours that are looked at or after. */
const statement = fc.record({
  trait: fc.constantFrom('tier', 'score'),
  value: fc.constantFrom<Json>('gold', 'gold', 'silver', 1, 2, null),
  minutes: fc.option(fc.integer({ min: 1, max: 150 }), { freq: 4 }),
  late: fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 60 })),
});
const known = { user_id: 'u1' };
const people = fc.constantFrom(
  known,
  { anonymous_id: 'a1' },
  { user_id: 'u1', anonymous_id: 'a1' },
  { email: 'e1' },
  { user_id: 'u1', email: 'e1' },
);
type Statement = typeof statement extends fc.Arbitrary<infer One> ? One : never;
const streamOf = (by: fc.Arbitrary<Record<string, string>>) =>
  fc.array(fc.tuple(fc.integer({ min: 0, max: 119 }), by, statement), { minLength: 1, maxLength: 14 });

/** No two at one instant: which of those counts is the order of arrival, and profiles that merge have none between them. */
function arrival({ trait, value, minutes, late }: Statement, by: Record<string, string>, at: number, n: number): Event {
  const occurredAt = at - late * minute - n;
  const ends = minutes === null || value === null ? {} : { traitExpiry: { [trait]: occurredAt + minutes * minute } };
  return anIdentify({ [trait]: value }, { by, receivedAt: at, occurredAt, ...ends });
}

/** Membership by brute force at an instant, from the stored events alone. */
function expected(world: FoldedWorld, profile: Profile, asked: Record<string, Rule>, now: number): string[] {
  const history = world.historyOf(profile);
  const facts = factsAt(profile, history, now);
  const memberships: Profile['memberships'] = {};
  for (const [key, rule] of Object.entries(asked)) {
    const view = historyView({ ...(facts ?? profile), memberships }, history.map(toRuleEvent));
    if (compileRule(rule).evaluate(view, now).matches)
      Object.assign(memberships, { [key]: { enteredAt: now, version: 1 } });
  }
  return Object.keys(memberships).sort();
}

/** What is true of a person by the plain definition: of each trait what was said last, unless its time is over. */
function said(history: readonly Event[], now: number): Record<string, Json> {
  const byTime = history.toSorted((one, other) => effectiveAt(one) - effectiveAt(other));
  const last = new Map(byTime.flatMap((event) => Object.keys(event.traits).map((name) => [name, event] as const)));
  return Object.fromEntries(
    [...last].flatMap(([name, { traits, traitExpiry }]): [string, Json][] => {
      const isOver = (traitExpiry?.[name] ?? Infinity) <= now;
      return isOver || traits[name] === null ? [] : [[name, traits[name] as Json]];
    }),
  );
}

/** Every minute of two hours and a little, as the clock lives it: it comes when a profile named the time, and at no other. */
function live(asked: Record<string, Rule>, stream: readonly [number, Record<string, string>, Statement][]): void {
  const world = new FoldedWorld(aRuleset({ audiences: asked }));
  for (let at = 0; at <= 150; at += 1) {
    const now = noon + at * minute;
    const events = stream.flatMap(([when, by, one], n) => (when === at ? [arrival(one, by, now, n)] : []));
    world.apply(events, now);
    if (world.living().some(({ nextCheckAt = Infinity }) => nextCheckAt <= now)) world.tick(now);
    for (const profile of world.living()) {
      expect(presentTraits(profile, now)).toEqual(said(world.historyOf(profile), now));
      expect(Object.keys(profile.memberships).sort()).toEqual(expected(world, profile, asked, now));
    }
  }
}

describe('traits that expire', () => {
  it('are gone at their instant, and so are memberships, through late statements, renewals and merges', () => {
    fc.assert(
      fc.property(streamOf(people), (stream) => live(rules, stream)),
      { numRuns: 25 },
    );
  });

  it('begin and end what must hold "for" some time', () => {
    fc.assert(
      fc.property(streamOf(fc.constant(known)), (stream) => live(lasting, stream)),
      { numRuns: 25 },
    );
  });
});

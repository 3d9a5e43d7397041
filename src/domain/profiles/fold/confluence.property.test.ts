import fc from 'fast-check';
import type { Rule } from '../../audiences/rule.schema';
import type { Event } from '../../events/event';
import { identifierName } from '../../identity/identifier-types';
import { isKnown } from '../../identity/resolve-identity';
import { omit, type Json } from '../../json';
import { anEvent, anIdentify, aRuleset, day, hour, noon } from '../../../testing/builders';
import { FoldedWorld } from '../../../testing/folded-world';
import { propertyRuns } from '../../../testing/property-runs';
import { presentTraits } from '../present';
import type { Profile } from '../profile';

const rules: Record<string, Rule> = {
  viewers: { event: 'Viewed', within: '3d' },
  often: { event: 'Viewed', count: { is: 'at_least', value: 2 } },
  spenders: { event: 'Ordered', sum: { property: 'revenue', is: 'greater_than', value: 60 }, within: '5d' },
  lapsed: { event: 'Ordered', last: { is: 'older_than', value: '2d' } },
  gold: { trait: 'plan', is: 'equals', value: 'gold' },
  willing: { consent: 'marketing', is: 'granted' },
  either: { any: [{ audience: 'spenders' }, { not: { audience: 'viewers' } }] },
};
const purposes = new Map([['marketing', { whenUnset: 'deny' as const, transactional: false }]]);
const ruleset = aRuleset({ audiences: rules, purposes });

const happened = fc.record({
  kind: fc.constantFrom('Viewed', 'Ordered', 'identify', 'consent'),
  name: fc.constantFrom('plan', 'city'),
  value: fc.constantFrom<Json>('gold', 'free', 7, null),
  status: fc.constantFrom('granted', 'denied'),
  revenue: fc.integer({ min: 0, max: 50 }),
});
type Happened = typeof happened extends fc.Arbitrary<infer One> ? One : never;

/** How one event arrives in two lives: its place among the others, whether a batch ends with it, and where it is repeated. */
const arrival = fc.record({
  places: fc.tuple(fc.nat({ max: 99 }), fc.nat({ max: 99 })),
  ends: fc.tuple(fc.boolean(), fc.boolean()),
  again: fc.option(fc.nat({ max: 99 }), { freq: 3 }),
});
type Arrival = typeof arrival extends fc.Arbitrary<infer One> ? One : never;

/** An event that is to come, and how. */
interface Coming extends Arrival {
  readonly event: Event;
}

const step = 11 * hour + 7_013;
/** Of several events at the same of these instants, the denial counts. */
const consentInstants = 3 * step;

/** What happened at instants of their own, all of them past: whatever order they arrive in. */
function toEvent(what: Happened, by: Record<string, string>, of: { index: number; isTrusted?: boolean }): Event {
  const { index, isTrusted = true } = of;
  const occurredAt = noon - index * step - 1;
  const event = { by, occurredAt, receivedAt: noon, isTrusted, messageId: `m-${index}` };
  if (what.kind === 'identify') return anIdentify({ [what.name]: what.value }, event);
  if (what.kind === 'consent') {
    const at = new Date(occurredAt - (occurredAt % consentInstants)).toISOString();
    const context = { consent: { records: { marketing: { status: what.status, at } } } };
    return anEvent({ ...event, name: 'Asked', context });
  }
  return anEvent({ ...event, name: what.kind, properties: { revenue: what.revenue } });
}

/** Folds what comes in the order and the batches of one of the two lives. */
function live(coming: readonly Coming[], which: 0 | 1, order: 0 | 1 = which): FoldedWorld {
  const world = new FoldedWorld(ruleset);
  const inOrder = coming.toSorted((one, other) => one.places[order] - other.places[order]);
  let batch: Event[] = [];
  for (const { event, ends } of inOrder) {
    batch.push(event);
    if (!ends[which]) continue;
    world.apply(batch, noon);
    batch = [];
  }
  world.apply(batch, noon);
  return world;
}

/** Says some of it once more, some time later and under another id. What was counted is not, since the door knows it by its id. */
function withRepeats(coming: readonly Coming[]): Coming[] {
  const repeats = coming.flatMap(({ event, again, places: [place, then], ...how }): Coming[] => {
    if (again === null || !['identify', 'Asked'].includes(event.name)) return [];
    const places = [Math.max(place, again), Math.max(then, again)] as [number, number];
    return [{ ...how, again, places, event: { ...event, messageId: `${event.messageId}-again` } }];
  });
  return [...coming, ...repeats];
}

const namesOf = ({ identifiers }: Pick<Event, 'identifiers'>): string[] => identifiers.map(identifierName).sort();
const byFirst = (one: { names: string[] }, other: { names: string[] }): number =>
  (one.names[0] ?? '') < (other.names[0] ?? '') ? -1 : 1;

const idsIn = (world: FoldedWorld, profile: Profile): string[] =>
  world
    .historyOf(profile)
    .map(({ messageId }) => messageId)
    .sort();

/** Everybody, as whatever order should make them. Numbers that count writes, and since when a trait has been so, say in which order things came. */
function people(world: FoldedWorld) {
  const factsOf = (profile: Profile) => ({
    names: namesOf(profile),
    createdAt: profile.createdAt,
    traits: presentTraits(profile, noon),
    consent: profile.consent['marketing']?.status,
    events: idsIn(world, profile),
  });
  return world.living().map(factsOf).sort(byFirst);
}

/** Who is in what at several instants: answers of behaviour, too. */
function memberships(world: FoldedWorld): object[] {
  return [0, 2 * day, 4 * day, 9 * day].map((later) => {
    world.tick(noon + later);
    const of = (profile: Profile) => ({
      names: namesOf(profile),
      audiences: Object.keys(profile.memberships).sort(),
    });
    return world.living().map(of).sort(byFirst);
  });
}

/** Identifiers that events tie together, directly or through others. */
function groupsOf(events: readonly Pick<Event, 'identifiers'>[]): string[][] {
  const groups = new Map<string, Set<string>>();
  for (const names of events.map(namesOf)) {
    const tied = new Set(names.flatMap((name) => [...(groups.get(name) ?? [name])]));
    for (const name of tied) groups.set(name, tied);
  }
  return [...new Set(groups.values())].map((names) => [...names].sort());
}

const named = [
  ...['e1', 'e2', 'e3', 'e4'].map((value) => ['email', value] as const),
  ...['p1', 'p2'].map((value) => ['phone', value] as const),
  ...['a1', 'a2', 'a3', 'a4'].map((value) => ['anonymous_id', value] as const),
  ...['d1', 'd2'].map((value) => ['device_id', value] as const),
];
/** One of each type at most, as clients send them. */
const someNames = fc.subarray(named, { minLength: 1, maxLength: 3 }).map((some) => Object.fromEntries(some));

/** Nobody objects: everybody who is one person has one user id, and all comes from secret keys. */
const harmony = fc
  .array(fc.record({ by: someNames, hasUserId: fc.boolean(), what: happened, how: arrival }), {
    minLength: 1,
    maxLength: 14,
  })
  .map((said): Coming[] => {
    const events = said.map(({ by, what }, index) => toEvent(what, by, { index }));
    const groups = groupsOf(events);
    return said.map(({ how, hasUserId }, index) => {
      const event = events[index] as Event;
      const person = groups.findIndex((names) => names.includes(namesOf(event)[0] as string));
      const user = { type: 'user_id', value: `u${person}` };
      return { ...how, event: hasUserId ? { ...event, identifiers: [user, ...event.identifiers] } : event };
    });
  });

/** What is true of those that events tie together, by the plain definition. */
function said(events: readonly Event[]) {
  return groupsOf(events)
    .map((names) => {
      const theirs = events.filter((event) => names.includes(namesOf(event)[0] as string));
      // Oldest first: what was said last counts.
      const byTime = theirs.toSorted((one, other) => one.occurredAt - other.occurredAt);
      const traits = Object.assign({}, ...byTime.map((event) => event.traits)) as Record<string, Json>;
      return {
        names,
        createdAt: byTime[0]?.occurredAt,
        traits: Object.fromEntries(Object.entries(traits).filter(([, value]) => value !== null)),
        consent: consentSaid(theirs),
        events: theirs.map(({ messageId }) => messageId).sort(),
      };
    })
    .sort(byFirst);
}

/** The latest statement; of several at one instant, the denial. */
function consentSaid(events: readonly Event[]): string | undefined {
  const statements = events.flatMap(({ context }) => {
    const { records } = (context['consent'] ?? {}) as { records?: { marketing: { status: string; at: string } } };
    return records ? [records.marketing] : [];
  });
  const latest = statements
    .map(({ at }) => at)
    .sort()
    .at(-1);
  const statuses = statements.filter(({ at }) => at === latest).map(({ status }) => status);
  return statuses.includes('denied') ? 'denied' : statuses[0];
}

/** Two user ids may come with one e-mail or browser, and public keys say things of known people. */
const conflict = fc
  .array(
    fc.record({
      by: fc
        .subarray(
          [
            ...['u1', 'u2', 'u3'].map((value) => ['user_id', value] as const),
            ...['e1', 'e2', 'e3'].map((value) => ['email', value] as const),
            ...['a1', 'a2', 'a3'].map((value) => ['anonymous_id', value] as const),
          ],
          { minLength: 1, maxLength: 3 },
        )
        .map((some) => Object.fromEntries(some)),
      isTrusted: fc.boolean(),
      what: happened,
      how: arrival,
    }),
    { minLength: 1, maxLength: 14 },
  )
  .map((all) =>
    all.map(({ by, isTrusted, what, how }, index): Coming => ({
      ...how,
      event: toEvent(what, by, { index, isTrusted }),
    })),
  );

/** What is otherwise than protections promise, however events come. */
function faultsOf(world: FoldedWorld, events: readonly Event[]): string[] {
  const living = world.living();
  const homes = living.map((profile) => ({ names: namesOf(profile), events: idsIn(world, profile) }));
  const faults: string[] = [];
  const expectThat = (isSo: boolean, what: string): void => void (isSo || faults.push(what));
  const owned = homes.flatMap(({ names }) => names);
  expectThat(new Set(owned).size === owned.length, 'an identifier has two owners');
  const users = homes.map(({ names }) => names.filter((name) => name.startsWith('user_id')));
  expectThat(
    users.every(({ length }) => length <= 1),
    'a person has two user ids',
  );
  for (const event of events) {
    const named = namesOf(event);
    const of = homes.filter((home) => home.events.includes(event.messageId));
    const { names = [] } = of[0] ?? {};
    expectThat(of.length === 1, `${event.messageId} has ${of.length} people`);
    // What only a public key said of somebody, or what is a device's that two use, may be taken from them later; the event stays.
    const mayBeTaken = !event.isTrusted || named.every((name) => name.startsWith('anonymous_id'));
    expectThat(mayBeTaken || named.some((name) => names.includes(name)), `${event.messageId} went to a stranger`);
    const isTheirs = named.every((name) => names.includes(name) || !name.startsWith('user_id'));
    expectThat(!event.isTrusted || isTheirs, `${event.messageId} went past its user id`);
  }
  const untrusted = new Set(events.filter(({ isTrusted }) => !isTrusted).map(({ messageId }) => messageId));
  for (const { messageId, absorbedProfile } of world.merges)
    expectThat(
      !untrusted.has(messageId) || !isKnown(absorbedProfile, world.ruleset.identity),
      `${messageId} tied two known people`,
    );
  for (const { id, mergedInto } of world.profiles.values())
    expectThat(mergedInto === undefined || living.some((one) => one.id === mergedInto), `${id} leads nowhere`);
  return faults;
}

describe('events of several people, none of whom a protection keeps apart', () => {
  it('in any order, in any batches and said again, make those people whom the events tie together, with what is true of them', () => {
    fc.assert(
      fc.property(harmony, (coming) => {
        expect(people(live(coming, 0))).toEqual(said(coming.map(({ event }) => event)));
      }),
      propertyRuns(400),
    );
  });

  it('change nobody by being said again, wherever that comes', () => {
    fc.assert(
      fc.property(harmony, (coming) => {
        const [once, again] = [live(coming, 0), live(withRepeats(coming), 1)].map(people);
        const withoutEvents = (all: typeof once) => all?.map((one) => omit(one, 'events'));
        expect(withoutEvents(again)).toEqual(withoutEvents(once));
      }),
      propertyRuns(200),
    );
  });

  it('have everybody in the same audiences at every instant, whatever the order', () => {
    fc.assert(
      fc.property(harmony, (coming) => {
        expect(memberships(live(coming, 0))).toEqual(memberships(live(coming, 1)));
      }),
      propertyRuns(150),
    );
  });
});

describe('events that would tie people whom protections keep apart', () => {
  it('never do, in whatever order they come', () => {
    fc.assert(
      fc.property(conflict, (coming) => {
        const events = coming.map(({ event }) => event);
        expect(faultsOf(live(coming, 0), events)).toEqual([]);
      }),
      propertyRuns(150),
    );
  });

  it('make the same people of the same order, in any batches and said again', () => {
    fc.assert(
      fc.property(conflict, (coming) => {
        const once = live(coming, 0);
        const other = live(coming, 1, 0);
        expect(people(other)).toEqual(people(once));
        expect(memberships(other)).toEqual(memberships(once));
        // What a public key says again it claims again, also from whom a secret key has since given it to.
        const trusted = coming.map((one) => ({ ...one, event: { ...one.event, isTrusted: true } }));
        const partition = (world: FoldedWorld) => people(world).map(({ names }) => names);
        expect(partition(live(withRepeats(trusted), 0))).toEqual(partition(live(trusted, 0)));
      }),
      propertyRuns(100),
    );
  });
});

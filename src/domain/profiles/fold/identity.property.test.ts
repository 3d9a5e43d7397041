import fc from 'fast-check';
import { anEvent, aRuleset, identifiers, noon } from '../../../testing/builders';
import { FoldedWorld } from '../../../testing/folded-world';
import type { Event } from '../../events/event';
import { identifierName } from '../../identity/identifier-types';
import type { IdentityPolicy } from '../../identity/identity-policy.schema';
import type { Profile } from '../profile';

const audiences = {
  reachable: { identifier: 'email', is: 'set' },
  browsers: { identifier: 'anonymous_id', is: 'set' },
} as const;
const typeOf: Readonly<Record<string, string>> = { reachable: 'email', browsers: 'anonymous_id' };

const values = (letter: string, count: number) => fc.nat(count - 1).map((n) => `${letter}${n}`);
const named = fc
  .record(
    {
      ...{ user_id: values('u', 4), email: values('e', 3), phone: values('p', 2) },
      ...{ anonymous_id: values('a', 3), device_id: values('d', 2) },
    },
    { requiredKeys: [] },
  )
  .filter((one) => Object.keys(one).length > 0);
const events: fc.Arbitrary<Event[]> = fc.array(
  fc.record({ by: named, isTrusted: fc.boolean() }).map((of) => anEvent(of)),
  { minLength: 1, maxLength: 14 },
);
const aPolicy: fc.Arbitrary<IdentityPolicy> = fc.record(
  {
    unique: fc.subarray(['email', 'phone', 'device_id'] as const),
    limits: fc.constant({ email: { most: 1, per: 'ever' as const } }),
    sharedDevices: fc.constantFrom('apart', 'owner'),
    quarantine: fc.constantFrom<NonNullable<IdentityPolicy['quarantine']>>({ most: 2 }, { most: 3 }, false),
    priority: fc.shuffledSubarray(['anonymous_id', 'email', 'device_id'] as const),
  },
  { requiredKeys: [] },
);

/** In the order of a second list of numbers: any order there is. */
const inAnyOrder = events.chain((all) => fc.shuffledSubarray(all, { minLength: all.length }));
const quarantines = fc.array(values('e', 3), { maxLength: 2 });

function expectWhole(world: FoldedWorld, all: readonly Event[], isMerging: boolean): void {
  const living = world.living();
  for (const profile of living) {
    const users = profile.identifiers.filter(({ type }) => type === 'user_id');
    if (!isMerging) expect(users.length).toBeLessThanOrEqual(1);
    for (const one of profile.identifiers) expect([one, world.ownerOf(one)]).toEqual([one, profile.id]);
    if (profile.isShared && !isMerging) expectShared(profile);
    for (const [audience, type] of Object.entries(typeOf))
      expect([audience, Object.hasOwn(profile.memberships, audience)]).toEqual([
        audience,
        profile.identifiers.some((one) => one.type === type),
      ]);
  }
  const held = living.flatMap((profile) => profile.identifiers.map(identifierName));
  expect(new Set(held).size).toBe(held.length);
  for (const [name, { quarantine }] of world.notes) if (quarantine) expect(held).not.toContain(name);
  expect(world.owned()).toEqual(new Set(held));
  const applied = world.applied.map(({ messageId }) => messageId);
  expect(applied.toSorted()).toEqual(all.map(({ messageId }) => messageId).toSorted());
  const kept = living.flatMap((profile) => world.historyOf(profile).map(({ messageId }) => messageId));
  expect(kept.toSorted()).toEqual(applied.toSorted());
}

function expectShared({ identifiers: [first, ...others] }: Profile): void {
  expect(others).toEqual([]);
  if (first) expect(['anonymous_id', 'device_id']).toContain(first.type);
}

describe('whoever events name, in whatever order they come', () => {
  it('have one user id, and every identifier one owner who knows of it; a shared profile is of one device or of none', () => {
    fc.assert(
      fc.property(inAnyOrder, aPolicy, quarantines, fc.integer({ min: 1, max: 5 }), (all, identity, asked, size) => {
        const world = new FoldedWorld(aRuleset({ audiences, identity }));
        const byHand = asked.map((email) => anEvent({ by: { email }, isQuarantine: true }));
        const stream = [
          ...all,
          ...byHand,
          ...all.map((event) => ({ ...event, messageId: `${event.messageId}-again` })),
        ];
        world.apply(stream, noon, size);
        expectWhole(world, stream, false);
      }),
      { numRuns: 150 },
    );
  });

  it('stay whole when somebody says that some of them are one, and when identifiers are released', () => {
    const some = fc.array(
      fc.record({
        event: fc.nat(13),
        by: fc.shuffledSubarray(['u0', 'u1', 'a0', 'd0'], { minLength: 2, maxLength: 2 }),
      }),
    );
    fc.assert(
      fc.property(inAnyOrder, aPolicy, some, fc.integer({ min: 1, max: 5 }), (all, identity, merges, size) => {
        const world = new FoldedWorld(aRuleset({ audiences, identity }));
        const types: Readonly<Record<string, string>> = { u: 'user_id', a: 'anonymous_id', d: 'device_id' };
        const asked = merges.map(({ by }) =>
          anEvent({
            isMerge: true,
            identifiers: by.flatMap((value) => identifiers({ [types[value.charAt(0)] ?? '']: value })),
          }),
        );
        const stream = [...all, ...asked, ...all.map((event) => ({ ...event, messageId: `${event.messageId}-again` }))];
        world.apply(stream.slice(0, -2), noon, size);
        for (const name of ['e0', 'e1']) world.release({ type: 'email', value: name });
        world.apply(stream.slice(-2), noon, size);
        expectWhole(world, stream, true);
      }),
      { numRuns: 100 },
    );
  });

  it('are the same people where each event names one user and one browser at most', () => {
    const one = fc.record({ user_id: values('u', 3), anonymous_id: values('a', 3) }, { requiredKeys: [] });
    const some = fc.array(
      one.filter((by) => Object.keys(by).length > 0).map((by) => anEvent({ by })),
      { minLength: 2, maxLength: 10 },
    );
    const orders = some.chain((all) => fc.tuple(fc.constant(all), fc.shuffledSubarray(all, { minLength: all.length })));
    const people = (all: readonly Event[]): string[] => {
      const world = new FoldedWorld(aRuleset({}));
      world.apply(all, noon);
      return world
        .living()
        .map((of) => [...of.identifiers.map(identifierName).sort(), of.isShared].join(' '))
        .sort();
    };
    fc.assert(
      fc.property(orders, ([first, second]) => {
        expect(people(first)).toEqual(people(second));
      }),
      { numRuns: 150 },
    );
  });
});

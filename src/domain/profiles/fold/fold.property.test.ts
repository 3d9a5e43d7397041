import fc from 'fast-check';
import { compileRule } from '../../audiences/compile-rule';
import { historyView } from '../../audiences/history-view';
import type { Rule } from '../../audiences/rule.schema';
import { toRuleEvent, type Event } from '../../events/event';
import { identifierName } from '../../identity/identifier-types';
import type { ProfileId } from '../../ids';
import { aFold, anEvent, aRuleset, day, hour, noon } from '../../../testing/builders';
import type { ChangeSet } from '../change-set';
import type { Profile } from '../profile';
import { foldEvents, foldTime } from './fold';
import type { FoldInput, FoldOutcome } from './fold-input';

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
};
const ruleset = aRuleset({ audiences: rules });

/** The store as the fold leaves it: profiles, owners of identifiers, and the log of applied events. */
class World {
  readonly profiles = new Map<ProfileId, Profile>();
  readonly owners = new Map<string, ProfileId>();
  readonly log: { event: Event; profile: ProfileId }[] = [];
  readonly entered = new Map<string, number>();
  #made = 0;

  apply(events: readonly Event[], now: number, fold: (input: FoldInput) => FoldOutcome = foldEvents): void {
    const living = [...this.profiles.values()].filter((profile) => !profile.mergedInto);
    const input = aFold({ ruleset, now, events, profiles: living, owners: this.owners });
    const makeProfileId = () => `prf_${(this.#made += 1)}` as ProfileId;
    const outcome = fold({ ...input, makeProfileId });
    if (!outcome.done) throw new Error('No condition here outgrows its bound.');
    this.#write(outcome.changes, events);
  }

  #write(changes: ChangeSet, events: readonly Event[]): void {
    for (const { profile } of changes.profiles) this.profiles.set(profile.id, profile);
    for (const { identifier, profile } of changes.identifiers) this.owners.set(identifierName(identifier), profile);
    changes.applied.forEach(({ profile }, index) => this.log.push({ event: events[index] as Event, profile }));
    for (const { profile, audience, edge } of changes.edges) {
      const key = `${profile} ${audience}`;
      const inside = this.entered.get(key) ?? 0;
      // A flap would enter twice, or leave without having entered.
      expect([inside, edge]).toEqual([edge === 'entered' ? 0 : 1, edge]);
      this.entered.set(key, edge === 'entered' ? 1 : 0);
    }
  }

  historyOf(profile: Profile): Event[] {
    const ids = new Set([profile.id, ...profile.lineage]);
    return this.log.filter((row) => ids.has(row.profile)).map((row) => row.event);
  }
}

/** Membership by brute force, audience after audience, from the stored events alone. */
function expected(world: World, profile: Profile, now: number): string[] {
  const history = world.historyOf(profile).map(toRuleEvent);
  const memberships: Profile['memberships'] = {};
  for (const key of ['viewers', 'spenders', 'lapsed', 'either']) {
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
const step = fc.record({
  wait: fc.integer({ min: 0, max: 30 * hour }),
  events: fc.array(
    fc.record({
      by: fc.constantFrom(...people),
      name: fc.constantFrom('Viewed', 'Ordered', 'Other'),
      late: fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 6 * day })),
      revenue: fc.integer({ min: 0, max: 9000 }).map((cents) => cents / 100),
    }),
    { maxLength: 4 },
  ),
});

describe('folding any stream of events, late ones and merges included', () => {
  it('keeps every membership equal to the plain definition over the stored events, at every instant', () => {
    fc.assert(
      fc.property(fc.array(step, { minLength: 1, maxLength: 12 }), (steps) => {
        const world = new World();
        let now = noon;
        for (const { wait, events } of steps) {
          now += wait;
          const arrived = events.map(({ by, name, late, revenue }) =>
            anEvent({
              by: by,
              name,
              properties: { revenue },
              receivedAt: now,
              occurredAt: now - late,
            }),
          );
          world.apply(arrived, now);
          world.apply([], now, foldTime);
          for (const profile of world.profiles.values())
            if (!profile.mergedInto)
              expect(Object.keys(profile.memberships).sort()).toEqual(expected(world, profile, now));
        }
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
          const world = new World();
          let now = noon;
          for (const { wait, events } of steps) {
            now += wait;
            world.apply(
              events.map(({ by, name, late, revenue }) =>
                anEvent({
                  by: by,
                  name,
                  properties: { revenue },
                  receivedAt: now,
                  occurredAt: now - late,
                }),
              ),
              now,
            );
          }
          for (const profile of world.profiles.values()) {
            if (profile.mergedInto) continue;
            const since = profile.evaluatedAt;
            const horizon = (profile.nextCheckAt ?? since + 30 * day) - 1;
            const between = Math.floor(since + (horizon - since) * part);
            expect(expected(world, profile, between)).toEqual(Object.keys(profile.memberships).sort());
          }
        },
      ),
      { numRuns: 300 },
    );
  });
});

import fc from 'fast-check';
import { anEvent, anIdentify, aRuleset, hour, identifiers, noon } from '../../../testing/builders';
import { FoldedWorld } from '../../../testing/folded-world';
import { propertyRuns } from '../../../testing/property-runs';
import type { Arm } from '../../audiences/holdout';
import { reconcile, type Unit } from '../../delivery/membership-units';
import type { ProfileId } from '../../ids';
import type { DesiredMember } from '../change-set';
import type { Profile } from '../profile';
import type { Attachment, Ruleset } from '../ruleset';

const users = ['u1', 'u2', 'u3', 'u4'] as const;
const who = fc.nat({ max: users.length - 1 });
const step = fc.oneof(
  { weight: 4, arbitrary: fc.record({ do: fc.constant('move' as const), who, isIn: fc.boolean() }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('merge' as const), who, with: who }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('unmerge' as const), which: fc.nat({ max: 3 }) }) },
  fc.record({ do: fc.constant('percent' as const), percent: fc.constantFrom(0, 1, 25, 50) }),
  fc.record({ do: fc.constant('attach' as const), isAttached: fc.boolean() }),
  fc.record({ do: fc.constant('news' as const), who }),
);
type Step = typeof step extends fc.Arbitrary<infer One> ? One : never;

/** A world in which definitions change, with what one destination holds of it, as the store and the sync bring it there. */
class Lived {
  now = noon;
  readonly world: FoldedWorld;
  readonly #wishes = new Map<string, DesiredMember>();
  readonly #units = new Map<string, Unit>();
  #read = 0;
  #percent = 0;
  #attachedSince: number | undefined;
  #audienceSince = 1;
  readonly #removes: boolean;

  constructor(
    readonly audience: string,
    removes: boolean,
  ) {
    this.#removes = removes;
    this.world = new FoldedWorld(this.#ruleset(1));
    for (const user of users) this.#tell(anIdentify({ tier: 'none' }, { by: { user_id: user } }));
  }

  take(step: Step): void {
    if (step.do === 'move') this.#tell(anIdentify({ tier: step.isIn ? 'gold' : 'none' }, { by: this.#by(step.who) }));
    if (step.do === 'news') this.#tell(anIdentify({ email: `${this.now}@x.example` }, { by: this.#by(step.who) }));
    if (step.do === 'merge' && step.who !== step.with)
      this.#tell(
        anEvent({
          isMerge: true,
          identifiers: [...identifiers(this.#by(step.who)), ...identifiers(this.#by(step.with))],
        }),
      );
    if (step.do === 'unmerge') this.#unmerge(step.which);
    if (step.do === 'percent') this.#define({ percent: step.percent });
    if (step.do === 'attach') this.#define({ isAttached: step.isAttached });
    this.#sync();
  }

  people(): Profile[] {
    return this.world.living();
  }

  get isAttached(): boolean {
    return this.#attachedSince !== undefined;
  }

  get isHolding(): boolean {
    return this.#percent > 0;
  }

  held(): ProfileId[] {
    return [...this.#units.values()]
      .filter(({ state }) => state === 'held')
      .map(({ id }) => id as ProfileId)
      .sort();
  }

  #by = (index: number): { user_id: string } => ({ user_id: users[index] ?? 'u1' });

  #tell(event: ReturnType<typeof anEvent>): void {
    this.now += hour;
    const at = { occurredAt: this.now, receivedAt: this.now };
    this.world.apply([{ ...event, ...at, messageId: `m-${this.now}` }], this.now);
  }

  #unmerge(which: number): void {
    const undoable = this.world.merges.filter(({ absorbed, survivor }) => {
      const isOutermost = this.world.profiles.get(survivor)?.mergedInto === undefined;
      return isOutermost && this.world.profiles.get(absorbed)?.mergedInto !== undefined;
    });
    const merge = undoable[which % Math.max(1, undoable.length)];
    this.now += hour;
    if (merge) this.world.unmerge(merge.absorbed, this.now);
  }

  /** As the API saves a definition and the back-fill brings everybody to it. */
  #define({ percent = this.#percent, isAttached = this.isAttached }): void {
    const version = this.world.ruleset.version + 1;
    if (percent !== this.#percent) this.#audienceSince = version;
    if (isAttached !== this.isAttached) this.#attachedSince = isAttached ? version : undefined;
    this.#percent = percent;
    this.world.ruleset = this.#ruleset(version);
    this.now += hour;
    this.world.tick(this.now);
  }

  #ruleset(version: number): Ruleset {
    const attachment: Attachment = {
      ...{ audience: this.audience, destination: 'ads', identifiers: ['email'], use: 'target' },
      sinceRuleset: this.#attachedSince ?? 0,
    };
    const ruleset = aRuleset({
      version,
      audiences: { [this.audience]: { trait: 'tier', is: 'equals', value: 'gold' } },
      ...(this.#percent > 0 && { holdouts: { [this.audience]: this.#percent } }),
      attachments: this.isAttached ? [attachment] : [],
    });
    return { ...ruleset, audienceSince: new Map([[this.audience, this.#audienceSince]]) };
  }

  #sync(): void {
    for (const wish of this.world.syncs.slice(this.#read)) this.#write(wish);
    this.#read = this.world.syncs.length;
    const wishes = [...this.#wishes.values()];
    const changes = reconcile(wishes, [...this.#units.values()], {
      members: 'profile',
      removes: this.#removes,
      unitId: (_, value) => value,
      key: ({ profile, version, isIn }) => `${profile}:${version}:${isIn}`,
    });
    if (!this.isAttached) return;
    for (const { unit, operation } of changes) {
      const state = operation?.operation === 'add' ? 'held' : 'absent';
      this.#units.set(unit.id, operation ? { ...unit, state } : unit);
    }
  }

  /** As the store takes wishes. */
  #write(wish: DesiredMember): void {
    const known = this.#wishes.get(wish.profile);
    const version =
      (wish.hasRefused || wish.isAbsorbed) && known ? Math.max(wish.version, known.version + 1) : wish.version;
    if (known ? known.version < version : wish.isIn) this.#wishes.set(wish.profile, { ...wish, version });
  }
}

const armOf = (profile: Profile | undefined): Arm | undefined => Object.values(profile?.holdouts ?? {})[0];
const membershipOf = ({ memberships }: Profile) => Object.values(memberships)[0];

/** Under another key other people are held out. */
const life = fc.record({
  audience: fc.constantFrom('gold', 'vip', 'cart', 'loyal', 'new', 'old'),
  steps: fc.array(step, { minLength: 8, maxLength: 30, size: 'max' }),
});
const begin: readonly Step[] = [
  { do: 'percent', percent: 25 },
  ...users.map((_, index) => ({ do: 'move' as const, who: index, isIn: true })),
  { do: 'attach', isAttached: true },
];
const { numRuns } = propertyRuns(60);

describe('a holdout, whatever happens', () => {
  it('leaves at the destination the members who are not held out', () => {
    fc.assert(
      fc.property(life, ({ audience, steps }) => {
        const lived = new Lived(audience, true);
        for (const one of [...begin, ...steps]) {
          lived.take(one);
          if (!lived.isAttached) continue;
          const members = lived.people().filter((person) => membershipOf(person) !== undefined);
          for (const profile of members)
            expect(membershipOf(profile)?.isHeldOut === true).toBe(
              lived.isHolding && armOf(profile)?.isHeldOut === true,
            );
          const sent = members.filter((person) => membershipOf(person)?.isHeldOut !== true);
          expect(lived.held()).toEqual(sent.map(({ id }) => id).sort());
        }
      }),
      { numRuns },
    );
  });

  it('leaves nobody there who is held out, also where leavers are kept', () => {
    fc.assert(
      fc.property(life, ({ audience, steps }) => {
        const lived = new Lived(audience, false);
        for (const one of [...begin, ...steps]) {
          lived.take(one);
          if (!lived.isAttached || !lived.isHolding) continue;
          const held = new Set(lived.held());
          for (const profile of lived.people().filter((person) => armOf(person)?.isHeldOut))
            expect([profile.id, ...profile.lineage].filter((id) => held.has(id))).toEqual([]);
        }
      }),
      { numRuns },
    );
  });

  it('never moves anybody to the other side, but by a merge with somebody who is held out, and by its undoing', () => {
    fc.assert(
      fc.property(life, ({ audience, steps }) => {
        const lived = new Lived(audience, true);
        for (const one of [...begin, ...steps]) {
          const before = new Map(lived.people().map((profile) => [profile.id, profile]));
          lived.take(one);
          for (const profile of lived.people()) {
            const [was, is] = [armOf(before.get(profile.id)), armOf(profile)];
            if (!was || one.do === 'unmerge') continue;
            if (one.do !== 'merge') expect(is).toEqual(was);
            else expect(is?.isHeldOut).toBe(was.isHeldOut || absorbedHeld(before, profile));
          }
        }
      }),
      { numRuns },
    );
  });
});

function absorbedHeld(before: ReadonlyMap<ProfileId, Profile>, profile: Profile): boolean {
  const known = before.get(profile.id)?.lineage ?? [];
  return profile.lineage.some((id) => !known.includes(id) && armOf(before.get(id))?.isHeldOut === true);
}

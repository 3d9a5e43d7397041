import fc from 'fast-check';
import { anEvent, anIdentify, aRuleset, hour, noon } from '../../testing/builders';
import { FoldedWorld } from '../../testing/folded-world';
import { propertyRuns } from '../../testing/property-runs';
import type { ProfileId } from '../ids';
import type { MembershipEdge } from '../profiles/change-set';
import { placeEdges, type UnplacedStay } from './place-edges';
import type { Rule } from './rule.schema';

const gold: Rule = { trait: 'plan', is: 'equals', value: 'gold' };
const viewers: Rule = { event: 'Viewed', within: '3d' };
/** What the audience says, one definition after the other; nobody is in the last. */
const definitions: readonly Rule[] = [gold, { any: [gold, viewers] }, { not: gold }, { all: [gold, { not: gold }] }];
const rulesetOf = (version: number) =>
  aRuleset({ version, audiences: { followed: definitions[(version - 1) % definitions.length] as Rule } });

interface Stay {
  enteredAt: number;
  exitedAt?: number;
  enteredPlace?: number;
  exitedPlace?: number;
  isUnplaced: boolean;
}

/** Stays as the store keeps them, of edges whose transactions commit in any order but that of one person. */
class Feed {
  readonly stays = new Map<string, Stay & { readonly person: ProfileId; readonly stay: number }>();
  readonly since: number;
  last = 0;
  #waiting: MembershipEdge[] = [];

  constructor(since: number) {
    this.since = since;
  }

  begin(edges: readonly MembershipEdge[]): void {
    this.#waiting.push(...edges);
  }

  /** Of the transactions that are under way those of other people than these. */
  commit(held: (person: ProfileId) => boolean): void {
    for (const edge of this.#waiting.filter(({ profile }) => !held(profile))) this.#write(edge);
    this.#waiting = this.#waiting.filter(({ profile }) => held(profile));
  }

  place(): void {
    const stays = [...this.stays].flatMap(([id, one]): UnplacedStay[] =>
      one.isUnplaced ? [{ ...one, id, hasEnteredPlace: one.enteredPlace !== undefined }] : [],
    );
    // A store hands them over in any order.
    const { placed, last } = placeEdges(stays.reverse(), this);
    this.last = last;
    for (const { id, places } of placed) {
      const stay = this.stays.get(id);
      if (!stay) throw new Error('A place for no stay.');
      if (places.entered !== undefined) stay.enteredPlace = places.entered;
      if (places.exited !== undefined) stay.exitedPlace = places.exited;
      stay.isUnplaced = false;
    }
  }

  changes() {
    const rows = [...this.stays.values()].flatMap(({ person, enteredPlace, exitedPlace }) => [
      ...(enteredPlace === undefined ? [] : [{ place: enteredPlace, person, isIn: true }]),
      ...(exitedPlace === undefined ? [] : [{ place: exitedPlace, person, isIn: false }]),
    ]);
    return rows.sort((one, other) => one.place - other.place);
  }

  #write({ profile, version, edge, at }: MembershipEdge): void {
    const stay = Math.ceil(version / 2);
    const id = `ws:followed:${profile}:${stay}`;
    if (edge === 'entered') this.stays.set(id, { person: profile, stay, enteredAt: at, isUnplaced: true });
    else Object.assign(this.stays.get(id) as object, { exitedAt: at, isUnplaced: true });
  }
}

const people = [{ user_id: 'u1' }, { anonymous_id: 'a1' }, { anonymous_id: 'a2' }] as const;
const together = { ...people[0], ...people[1] };
const said = fc.record({
  by: fc.constantFrom(...people, together, { ...people[0], ...people[2] }),
  kind: fc.constantFrom('gold', 'tin', 'Viewed'),
});
const step = fc.oneof(
  { weight: 6, arbitrary: fc.record({ events: fc.array(said, { minLength: 1, maxLength: 4 }) }) },
  { weight: 1, arbitrary: fc.record({ wait: fc.integer({ min: 1, max: 80 }) }) },
  fc.constant({ redefine: true }),
  fc.constant({ unmerge: true }),
  fc.record({ erase: fc.constantFrom(...people) }),
);
type Step = typeof step extends fc.Arbitrary<infer One> ? One : never;
const life = fc.array(fc.record({ step, held: fc.nat({ max: 7 }), places: fc.boolean() }), { maxLength: 25 });

/** A batch and an instant for each step: all that one batch decides has one instant. */
function take(world: FoldedWorld, what: Step, now: number): void {
  if ('events' in what)
    world.apply(
      what.events.map(({ by, kind }) => {
        const of = { by: by as Record<string, string>, occurredAt: now, receivedAt: now };
        return kind === 'Viewed' ? anEvent({ ...of, name: kind }) : anIdentify({ plan: kind }, of);
      }),
      now,
    );
  else if ('redefine' in what) world.ruleset = rulesetOf(world.ruleset.version + 1);
  else if ('erase' in what) {
    const [type = '', value = ''] = Object.entries(what.erase)[0] ?? [];
    world.erase({ type, value }, now);
  } else if ('unmerge' in what) {
    const merge = world.merges.findLast(({ survivor }) => world.profiles.get(survivor)?.erasedAt === undefined);
    if (merge && world.profiles.get(merge.absorbed)?.mergedInto === merge.survivor) world.unmerge(merge.absorbed, now);
  }
  if (!('events' in what)) world.tick(now);
}

describe('the changes of an audience', () => {
  it('make a follower hold its members, each change once, whatever merges, ends or is defined anew, and in whichever order it commits', () => {
    fc.assert(
      fc.property(life, (steps) => {
        const world = new FoldedWorld(rulesetOf(1));
        const feed = new Feed(noon);
        let [now, seen] = [noon, 0];
        for (const { step: what, held, places } of steps) {
          now += ('wait' in what ? what.wait : 1) * hour;
          take(world, what, now);
          feed.begin(world.edges.slice(seen));
          seen = world.edges.length;
          // Some transactions take longer than what comes after them.
          feed.commit((person) => ((held >> (Number(person.slice(4)) % 3)) & 1) === 1);
          if (places) feed.place();
        }
        feed.commit(() => false);
        feed.place();

        const changes = feed.changes();
        expect(changes.map(({ place }) => place)).toEqual(world.edges.map((_, index) => index + 1));
        const follower = new Set<ProfileId>();
        for (const { person, isIn } of changes) {
          // Nobody comes who is there, and nobody leaves who is not.
          expect(follower.has(person)).toBe(!isIn);
          if (isIn) follower.add(person);
          else follower.delete(person);
        }
        const members = world.living().filter(({ memberships }) => Object.hasOwn(memberships, 'followed'));
        expect([...follower].sort()).toEqual(members.map(({ id }) => id).sort());
      }),
      propertyRuns(150),
    );
  });
});

describe('placeEdges', () => {
  const stay = { person: 'p', enteredAt: 10, hasEnteredPlace: false };

  it('goes on after the last place', () => {
    const { placed, last } = placeEdges([{ ...stay, id: 'a', stay: 1 }], { since: 0, last: 7 });
    expect({ placed, last }).toEqual({ placed: [{ id: 'a', places: { entered: 8 } }], last: 8 });
  });

  it('keeps the order of a person within one instant, beyond nine stays', () => {
    const stays = [10, 9].map((nth) => ({ ...stay, id: `p:${nth}`, stay: nth, exitedAt: 10 }));
    const { placed } = placeEdges(stays, { since: 0, last: 0 });
    expect(placed).toEqual([
      { id: 'p:10', places: { entered: 3, exited: 4 } },
      { id: 'p:9', places: { entered: 1, exited: 2 } },
    ]);
  });

  it('leaves out entries before the beginning, and tells of the exit after it', () => {
    const { placed } = placeEdges([{ ...stay, id: 'a', stay: 1, exitedAt: 30 }], { since: 20, last: 0 });
    expect(placed).toEqual([{ id: 'a', places: { exited: 1 } }]);
  });
});

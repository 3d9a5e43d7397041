import fc from 'fast-check';
import { anEvent, anIdentify, aRuleset, hour, noon } from '../../../testing/builders';
import { FoldedWorld } from '../../../testing/folded-world';
import type { Event } from '../../events/event';
import { presentGroups } from '../../groups/group';
import type { Profile } from '../profile';

const people = ['ann', 'bob', 'cid', 'dora'] as const;
const who = fc.constantFrom(...people);
const key = fc.constantFrom('h1', 'h2');
const call = (by: Event['identifiers'], groupId: string, groupLeft: boolean): Event =>
  anEvent({
    ...{ kind: 'group', name: 'group', identifiers: by, properties: { groupId } },
    context: { groupType: 'household', groupLeft },
  });
const user = (id: string) => ({ type: 'user_id', value: id });
const cookie = (id: string) => ({ type: 'anonymous_id', value: `cookie of ${id}` });

/** People join and leave, move, change, and turn out to be the owner of a browser that was in households too. */
const happening: fc.Arbitrary<Event> = fc.oneof(
  fc.tuple(who, key, fc.boolean()).map(([id, of, left]) => call([user(id)], of, left)),
  fc.tuple(who, key).map(([id, of]) => call([cookie(id)], of, false)),
  fc.tuple(who, fc.boolean()).map(([id, vip]) => anIdentify({ vip }, { by: { user_id: id } })),
  fc
    .tuple(who, fc.constantFrom('Ring 1', 'Ring 2', null))
    .map(([id, street]) => anIdentify({ street }, { by: { user_id: id } })),
  who.map((id) => anIdentify({}, { identifiers: [user(id), cookie(id)] })),
);

const vip = { trait: 'vip', is: 'equals', value: true } as const;
const audiences = {
  any: { group: 'household', members: vip },
  all: { group: 'household', members: vip, match: 'all' },
  none: { group: 'household', members: vip, match: 'none' },
} as const;
const most = 3;
const ruleset = aRuleset({ audiences, groups: { household: { by: [['street']], most } } });

const isVip = ({ traits }: Profile): boolean => traits['vip']?.value === true;

/** By the plain definition: each household's members, asked one by one. */
function expected(world: FoldedWorld, profile: Profile): string[] {
  const households = presentGroups(profile.groups)
    .map((one) => world.membersOf(one))
    .filter(({ length }) => length <= most);
  const holds = {
    any: households.some((members) => members.some(isVip)),
    all: households.some((members) => members.every(isVip)),
    none: households.length === 0 || households.some((members) => !members.some(isVip)),
  };
  return Object.entries(holds).flatMap(([name, is]) => (is ? [name] : []));
}

describe('whatever happens to households', () => {
  it('everybody is in the audiences that their members say, and every household counts those who are in it', () => {
    fc.assert(
      fc.property(
        fc.array(happening, { minLength: 1, maxLength: 25 }),
        fc.integer({ min: 1, max: 6 }),
        (all, batch) => {
          const world = new FoldedWorld(ruleset);
          const events = all.map((event, index) => {
            const at = noon + index * hour;
            return { ...event, messageId: `e${index}`, occurredAt: at, receivedAt: at };
          });
          const now = noon + all.length * hour;
          world.apply(events, now, batch);
          world.settle(now);
          for (const profile of world.living())
            expect(Object.keys(profile.memberships).sort()).toEqual(expected(world, profile).sort());
          const counted = [...world.groups.values()].map((one) => [one.key, one.memberCount]);
          expect(counted).toEqual([...world.groups.values()].map((one) => [one.key, world.membersOf(one).length]));
          const named = world.living().flatMap(({ groups }) => presentGroups(groups).map((one) => one.key));
          expect([...world.groups.values()].map((one) => one.key).sort()).toEqual([...new Set(named)].sort());
        },
      ),
      {
        numRuns: 150,
        // Somebody who moved in and out again while a member was asked.
        examples: [
          [
            [
              anIdentify({ street: 'Ring 2' }, { by: { user_id: 'dora' } }),
              anIdentify({ vip: true }, { by: { user_id: 'dora' } }),
              anIdentify({ street: 'Ring 2' }, { by: { user_id: 'ann' } }),
              anIdentify({ street: 'Ring 1' }, { by: { user_id: 'dora' } }),
            ],
            4,
          ],
        ],
      },
    );
  });
});

import { anEvent, anIdentify, aRuleset, day, hour, noon } from '../../../testing/builders';
import { FoldedWorld } from '../../../testing/folded-world';
import type { Event } from '../../events/event';
import type { GroupRef } from '../../groups/group';
import type { JourneyDefinition } from '../../journeys/journey.schema';
import { presentGroups } from '../../groups/group';

const home: GroupRef = { type: 'household', key: 'h1' };
const acme: GroupRef = { type: 'account', key: 'acme' };

/** A `group` call of a user, as Segment's clients send it. */
function groupCall(userId: string, { type, key }: GroupRef, of: Partial<Event> = {}): Event {
  const event = { kind: 'group', name: 'group', properties: { groupId: key }, by: { user_id: userId } } as const;
  return anEvent({ ...event, ...of, context: { groupType: type, ...of.context } });
}
const identify = (userId: string, traits: Event['traits'], of: Partial<Event> = {}): Event =>
  anIdentify(traits, { by: { user_id: userId }, ...of });
const at = (time: number): Partial<Event> => ({ occurredAt: time, receivedAt: time });

function aWorld(of: Parameters<typeof aRuleset>[0] = {}): FoldedWorld {
  return new FoldedWorld(aRuleset(of));
}
function apply(world: FoldedWorld, ...events: readonly Event[]): void {
  const now = Math.max(noon, ...events.map(({ receivedAt }) => receivedAt));
  world.apply(events, now, 1);
  world.settle(now);
}
const person = (world: FoldedWorld, userId: string) => {
  const found = world.living().find(({ identifiers }) => identifiers.some(({ value }) => value === userId));
  if (!found) throw new Error(`Nobody is ${userId}.`);
  return found;
};
const isIn = (world: FoldedWorld, userId: string, audience: string) =>
  Object.hasOwn(person(world, userId).memberships, audience);
const keysOf = (world: FoldedWorld, userId: string) =>
  presentGroups(person(world, userId).groups).map(({ type, key }) => `${type}:${key}`);
const groupOf = (world: FoldedWorld, { type, key }: GroupRef) => world.groups.get(`${type}:${key}`);

/** What groups say of their members is what the members' profiles say. */
function expectCounts(world: FoldedWorld): void {
  for (const group of world.groups.values()) {
    const members = world
      .membersOf(group)
      .map(({ groups }) => presentGroups(groups).find(({ type, key }) => type === group.type && key === group.key));
    const counted = new Map<string, number>();
    for (const key of members.flatMap((one) => one?.holds ?? [])) counted.set(key, (counted.get(key) ?? 0) + 1);
    expect([group.memberCount, group.holds]).toEqual([members.length, Object.fromEntries(counted)]);
    expect(members.length).toBeGreaterThan(0);
  }
}

describe('a group call', () => {
  it('makes its person a member of the account, or of the household that it names, and says what the group is', () => {
    const world = aWorld();
    apply(world, groupCall('ann', acme, { context: {}, traits: { plan: 'team' } }), groupCall('ann', home));
    apply(world, groupCall('bob', home, { context: { groupRole: 'child' } }));
    expect(keysOf(world, 'ann')).toEqual(['account:acme', 'household:h1']);
    expect(groupOf(world, acme)).toMatchObject({ memberCount: 1, traits: { plan: { value: 'team' } } });
    expect(groupOf(world, home)).toMatchObject({ memberCount: 2, traits: {} });
    expect(person(world, 'bob').groups).toMatchObject([{ role: 'child', by: 'call', since: noon }]);
    expect(world.living()).toHaveLength(2);
  });

  it.each([
    ['of a type that is none of ours', groupCall('ann', home, { context: { groupType: 'team' } })],
    ['without an id', groupCall('ann', home, { properties: {} })],
    ['of a public key', groupCall('ann', home, { isTrusted: false })],
  ])('%s makes nobody a member', (_, event) => {
    const world = aWorld();
    apply(world, event);
    expect(keysOf(world, 'ann')).toEqual([]);
    expect(world.groups.size).toBe(0);
  });

  it('of a public key counts where the policy takes it', () => {
    const world = aWorld({ groups: { account: { public: true } } });
    apply(world, groupCall('ann', acme, { isTrusted: false }), groupCall('ann', home, { isTrusted: false }));
    expect(keysOf(world, 'ann')).toEqual(['account:acme']);
  });

  it('that says somebody has left takes them out, and what is older does not bring them back', () => {
    const world = aWorld();
    apply(world, groupCall('ann', home), groupCall('bob', home));
    apply(world, groupCall('bob', home, { ...at(noon + hour), context: { groupLeft: true } }));
    apply(world, groupCall('bob', home, { occurredAt: noon - hour, receivedAt: noon + 2 * hour }));
    expect(keysOf(world, 'bob')).toEqual([]);
    expect(groupOf(world, home)).toMatchObject({ memberCount: 1 });
    apply(world, groupCall('bob', home, at(noon + 3 * hour)));
    expect(keysOf(world, 'bob')).toEqual(['household:h1']);
    expectCounts(world);
  });

  it('with the newest time says what a trait of the group is, in whatever order they come', () => {
    const world = aWorld();
    apply(world, groupCall('ann', acme, { traits: { plan: 'team' }, ...at(noon + hour) }));
    apply(world, groupCall('bob', acme, { traits: { plan: 'free' }, occurredAt: noon, receivedAt: noon + 2 * hour }));
    expect(groupOf(world, acme)).toMatchObject({ traits: { plan: { value: 'team' } }, memberCount: 2 });
  });

  it('of the last member who leaves ends the group', () => {
    const world = aWorld();
    apply(world, groupCall('ann', home), groupCall('ann', home, { context: { groupLeft: true } }));
    expect(world.groups.size).toBe(0);
  });
});

describe('a household by what traits say', () => {
  const groups = { household: { by: [['address.street', 'address.postcode']], most: 3 } };
  const lives = (street: string, postcode: string | number = '1010') => ({ address: { street, postcode } });

  it('is everybody of one address, however it is written', () => {
    const world = aWorld({ groups });
    apply(world, identify('ann', lives('Am Hof 1')), identify('bob', lives('  am  HOF 1 ', 1010)));
    apply(world, identify('cid', lives('Graben 2')), identify('dora', { address: { street: 'Am Hof 1' } }));
    expect(keysOf(world, 'ann')).toEqual(keysOf(world, 'bob'));
    expect([...world.groups.values()].map(({ memberCount }) => memberCount)).toEqual([2, 1]);
    expect(keysOf(world, 'dora')).toEqual([]);
    expectCounts(world);
  });

  it('is left by whoever moves, for the one that lives there', () => {
    const world = aWorld({ groups });
    apply(
      world,
      identify('ann', lives('Am Hof 1')),
      identify('bob', lives('Am Hof 1')),
      identify('cid', lives('Graben 2')),
    );
    apply(world, identify('bob', lives('Graben 2'), at(noon + hour)));
    expect(keysOf(world, 'bob')).toEqual(keysOf(world, 'cid'));
    expectCounts(world);
  });

  it('is left when the address expires', () => {
    const world = aWorld({ groups });
    apply(world, { ...identify('ann', lives('Am Hof 1')), traitExpiry: { address: noon + day } });
    expect(person(world, 'ann').nextCheckAt).toBe(noon + day);
    world.tick(noon + day);
    expect(keysOf(world, 'ann')).toEqual([]);
  });

  it('is not joined again by whoever was taken out of it', () => {
    const world = aWorld({ groups });
    apply(world, identify('ann', lives('Am Hof 1')), identify('bob', lives('Am Hof 1')));
    const key = [...world.groups.values()][0]?.key ?? '';
    apply(world, groupCall('bob', { type: 'household', key }, { ...at(noon + hour), context: { groupLeft: true } }));
    apply(world, identify('bob', lives('Am Hof 1'), at(noon + 2 * hour)));
    expect(keysOf(world, 'bob')).toEqual([]);
    expectCounts(world);
  });

  it('is not joined by whoever left it by a call, in whatever order that comes', () => {
    const street = identify('ann', lives('Ring 1'), { occurredAt: noon - 5 * hour });
    const world = aWorld({ groups });
    apply(world, street);
    const [key = ''] = keysOf(world, 'ann').map((name) => name.slice('household:'.length));
    const leaves = (of: Partial<Event>) =>
      groupCall('ann', { type: 'household', key }, { ...of, context: { groupLeft: true } });
    apply(world, leaves({ occurredAt: noon - hour }));
    expect(keysOf(world, 'ann')).toEqual([]);
    apply(world, identify('bob', lives('Ring 1'), at(noon + hour)));
    expect(keysOf(world, 'bob')).toEqual([`household:${key}`]);
    const ids = ['ann', 'bob'].map((value) => ({ type: 'user_id', value }));
    apply(world, anEvent({ isMerge: true, identifiers: ids, ...at(noon + 2 * hour) }));
    expect(keysOf(world, 'bob')).toEqual([]);
    expectCounts(world);
  });

  it('is none for whoever is in as many groups as one can be, and no event of theirs is lost by it', () => {
    const world = aWorld({ groups });
    for (let n = 0; n < 50; n += 1) apply(world, groupCall('ann', { ...acme, key: `acme-${n}` }));
    apply(world, identify('ann', lives('Ring 1')));
    expect(person(world, 'ann').traits).toMatchObject({ address: { value: { street: 'Ring 1' } } });
    expect(keysOf(world, 'ann')).toHaveLength(50);
  });

  it('is made and unmade by a change of the policy, without edges that start journeys', () => {
    const world = aWorld();
    apply(world, identify('ann', lives('Am Hof 1')), identify('bob', { ...lives('Am Hof 1'), vip: true }));
    world.ruleset = aRuleset({ version: 2, groups, audiences: { near: nearVip } });
    world.tick(noon + hour);
    world.settle(noon + hour);
    expect([isIn(world, 'ann', 'near'), isIn(world, 'bob', 'near')]).toEqual([true, true]);
    expect(world.edges.map(({ edge, cause }) => `${edge} by ${cause}`)).toEqual([
      'entered by definition',
      'entered by definition',
    ]);
    world.ruleset = aRuleset({ version: 3, audiences: { near: nearVip } });
    world.tick(noon + 2 * hour);
    expect(world.groups.size).toBe(0);
  });

  it('of too many people counts for nothing', () => {
    const world = aWorld({ groups, audiences: { near: nearVip } });
    apply(world, ...['a1', 'b1', 'c1'].map((id) => identify(id, { ...lives('Am Hof 1'), vip: id === 'a1' })));
    expect(['a1', 'b1', 'c1'].map((id) => isIn(world, id, 'near'))).toEqual([true, true, true]);
    apply(world, identify('d1', lives('Am Hof 1')));
    expect(['a1', 'b1', 'c1', 'd1'].map((id) => isIn(world, id, 'near'))).toEqual([false, false, false, false]);
    expect([...world.groups.values()][0]).toMatchObject({ memberCount: 4 });
  });
});

const vip = { trait: 'vip', is: 'equals', value: true } as const;
const nearVip = { group: 'household', members: vip } as const;

describe('a condition on a group', () => {
  it('on its traits follows what any of its members says of it', () => {
    const world = aWorld({
      audiences: { team: { group: 'account', traits: { trait: 'plan', is: 'equals', value: 'team' } } },
    });
    apply(world, groupCall('ann', acme), groupCall('bob', acme, { traits: { plan: 'team' } }));
    expect([isIn(world, 'ann', 'team'), isIn(world, 'bob', 'team')]).toEqual([true, true]);
    apply(world, groupCall('ann', acme, { traits: { plan: 'free' }, ...at(noon + hour) }));
    expect([isIn(world, 'ann', 'team'), isIn(world, 'bob', 'team')]).toEqual([false, false]);
  });

  it.each([
    ['any', [true, true, true, false]],
    ['all', [false, false, false, false]],
    ['none', [false, false, false, true]],
  ] as const)('on its members matches %s of them, and of nobody in no group only "none"', (match, expected) => {
    const world = aWorld({ audiences: { near: { ...nearVip, match } } });
    apply(world, ...['a1', 'b1', 'c1'].map((id) => groupCall(id, home)), identify('alone', {}));
    apply(world, identify('a1', { vip: true }));
    expect(['a1', 'b1', 'c1', 'alone'].map((id) => isIn(world, id, 'near'))).toEqual(expected);
    expectCounts(world);
  });

  it('counts those of a role only', () => {
    const audiences = { kids: { ...nearVip, match: 'all', role: 'child' } } as const;
    const world = aWorld({ audiences });
    const child = { context: { groupRole: 'child' } };
    apply(world, groupCall('ann', home), groupCall('bob', home, child), groupCall('cid', home, child));
    apply(world, identify('bob', { vip: true }));
    expect(isIn(world, 'ann', 'kids')).toBe(false);
    apply(world, identify('cid', { vip: true }));
    expect([isIn(world, 'ann', 'kids'), isIn(world, 'cid', 'kids')]).toEqual([true, true]);
    apply(world, groupCall('cid', home, { ...at(noon + hour), context: { groupRole: 'parent' } }));
    expect([isIn(world, 'ann', 'kids'), groupOf(world, home)?.holds['role:child']]).toEqual([true, 1]);
    expectCounts(world);
  });

  it('moves with time as what it asks of each member does', () => {
    const audiences = { bought: { group: 'household', members: { event: 'Order Completed', within: '7d' } } } as const;
    const world = aWorld({ audiences });
    apply(world, groupCall('ann', home), groupCall('bob', home));
    apply(world, anEvent({ name: 'Order Completed', by: { user_id: 'ann' } }));
    expect([isIn(world, 'ann', 'bought'), isIn(world, 'bob', 'bought')]).toEqual([true, true]);
    world.tick(noon + 8 * day);
    world.settle(noon + 8 * day);
    expect([isIn(world, 'ann', 'bought'), isIn(world, 'bob', 'bought')]).toEqual([false, false]);
  });

  it('asks nobody again when nothing that decides has changed', () => {
    const world = aWorld({ audiences: { near: nearVip } });
    apply(world, groupCall('ann', home), groupCall('bob', home), identify('ann', { vip: true }));
    world.apply([identify('bob', { vip: true, age: 3 })], noon + hour);
    expect(world.askedGroups).toHaveLength(1);
    world.settle(noon + hour);
    world.apply([identify('bob', { age: 4 }, at(noon + hour)), groupCall('bob', home, at(noon + hour))], noon + hour);
    expect(world.askedGroups).toEqual([]);
  });
});

describe('when two members turn out to be one', () => {
  it('the survivor is in every group of both, and each counts them once', () => {
    const world = aWorld({ audiences: { near: nearVip } });
    apply(world, groupCall('ann', home), identify('ann', { email: 'a@x.example', vip: true }));
    const other = { by: { anonymous_id: 'cookie' } };
    apply(
      world,
      anEvent({
        kind: 'group',
        name: 'group',
        properties: { groupId: 'h1' },
        context: { groupType: 'household' },
        ...other,
      }),
    );
    apply(world, anEvent({ kind: 'group', name: 'group', properties: { groupId: 'acme' }, ...other }));
    expect(groupOf(world, home)).toMatchObject({ memberCount: 2 });
    apply(world, anIdentify({}, { by: { user_id: 'ann', anonymous_id: 'cookie' } }));
    expect(world.living()).toHaveLength(1);
    expect(keysOf(world, 'ann').sort()).toEqual(['account:acme', 'household:h1']);
    expect(groupOf(world, home)).toMatchObject({ memberCount: 1 });
    expect(groupOf(world, acme)).toMatchObject({ memberCount: 1 });
    expectCounts(world);
  });
});

it('two people who would be in too many groups as one stay two, and the event that names both is kept', () => {
  const world = aWorld();
  const [ann, bob] = ['ann', 'bob'];
  const mail = { email: 'b@x.example' };
  apply(world, anEvent({ by: mail }), anEvent({ by: { user_id: ann } }));
  for (let n = 0; n < 30; n += 1) {
    apply(world, groupCall(ann, { ...acme, key: `a${n}` }));
    apply(world, { ...groupCall(bob, { ...acme, key: `b${n}` }), identifiers: [{ type: 'email', value: mail.email }] });
  }
  apply(world, anEvent({ by: { user_id: ann, ...mail }, messageId: 'both' }));
  expect(world.applied.at(-1)).toMatchObject({ messageId: 'both', blocked: [{ type: 'email', reason: 'full' }] });
  expect(keysOf(world, ann)).toHaveLength(30);
});

describe('an entry per household', () => {
  const offer: JourneyDefinition = {
    key: 'offer',
    name: 'Offer',
    entry: { on: { event: 'Order Completed' }, per: 'household', reentry: { again: '7d' } },
    exits: [{ on: { event: 'Offer Declined' }, reason: 'declined' }],
    goals: [{ key: 'again', on: { event: 'Order Completed' }, within: '30d' }],
    start: 'wait',
    steps: { wait: { type: 'wait', for: '5d' } as never },
  };
  const bought = (userId: string, of: Partial<Event> = {}) =>
    anEvent({ name: 'Order Completed', by: { user_id: userId }, ...of });
  const runs = (world: FoldedWorld) => [...world.enrollments.values()];

  it('is one run, whoever of it comes first; somebody in none is by themselves', () => {
    const world = aWorld({ journeys: [offer] });
    apply(world, groupCall('ann', home), groupCall('bob', home));
    apply(world, bought('bob'), bought('ann', at(noon + hour)), bought('cid'));
    expect(runs(world).map(({ profile, household }) => [profile, household?.key])).toEqual([
      [person(world, 'bob').id, 'h1'],
      [person(world, 'cid').id, undefined],
    ]);
    apply(world, bought('ann', at(noon + 8 * day)));
    expect(runs(world)).toHaveLength(2);
  });

  it('is left by what any member does, and reaches its goals by it', () => {
    const world = aWorld({ journeys: [offer] });
    apply(world, groupCall('ann', home), groupCall('bob', home), bought('bob'));
    apply(world, bought('ann', at(noon + hour)));
    apply(world, anEvent({ name: 'Offer Declined', by: { user_id: 'ann' }, ...at(noon + 2 * hour) }));
    expect(runs(world)).toMatchObject([{ status: 'exited', reason: 'declined', conversions: [{ goal: 'again' }] }]);
  });

  it('begins again after its time, once more for all of it', () => {
    const world = aWorld({ journeys: [offer] });
    apply(world, groupCall('ann', home), groupCall('bob', home), bought('bob'));
    apply(world, anEvent({ name: 'Offer Declined', by: { user_id: 'bob' }, ...at(noon + hour) }));
    apply(world, bought('ann', at(noon + day)));
    expect(runs(world)).toHaveLength(1);
    apply(world, bought('ann', at(noon + 8 * day)), bought('bob', at(noon + 8 * day)));
    expect(runs(world).map(({ household }) => household?.key)).toEqual(['h1', 'h1']);
  });
});

import { anEvent, anIdentify, aRuleset, day, hour, noon } from '../../../testing/builders';
import { FoldedWorld } from '../../../testing/folded-world';
import { preparedAudiences } from '../../audiences/prepared';
import type { Rule } from '../../audiences/rule.schema';
import type { Profile } from '../profile';
import { buildRuleset } from '../ruleset';

const tier = (value: string): Rule => ({ trait: 'tier', is: 'equals', value });

/** A world in which `vip` is the rule that serves, and `next` is being prepared in its place. */
function aWorld(vip: Rule, others: Readonly<Record<string, Rule>> = {}) {
  const audiences = { vip, ...others };
  const world = new FoldedWorld(aRuleset({ audiences }));
  const prepare = (next: Rule, now = noon): void => {
    const version = world.ruleset.version + 1;
    const edited = Object.entries(audiences).map(([key, rule]) => ({ key, rule, ...(key === 'vip' && { next }) }));
    const present = aRuleset({ version, audiences });
    const audienceSince = new Map(Object.keys(audiences).map((key) => [key, 1]));
    world.ruleset = buildRuleset({ ...present, audienceSince, prepared: preparedAudiences(edited) });
    world.tick(now);
    world.settle(now);
  };
  return { world, prepare };
}

const by = (user: string) => ({ by: { user_id: user } });
const person = (world: FoldedWorld, user: string): Profile => {
  const found = world.living().find(({ identifiers }) => identifiers.some(({ value }) => value === user));
  if (!found) throw new Error(`Nobody is ${user}.`);
  return found;
};

describe('a rule that is being prepared', () => {
  it('is written down of those only whom it moves, with whatever refers to it, and moves nobody', () => {
    const { world, prepare } = aWorld(tier('gold'), { rest: { not: { audience: 'vip' } } });
    world.apply([anIdentify({ tier: 'gold' }, by('ann')), anIdentify({ tier: 'iron' }, by('bob'))], noon);
    const edges = [...world.edges];
    prepare({ any: [tier('gold'), tier('iron')] });
    expect(person(world, 'ann').prepared).toBeUndefined();
    expect(person(world, 'bob').prepared).toEqual({ vip: true, rest: false });
    expect(world.edges).toEqual(edges);
  });

  it('follows what people do, and what time does of itself', () => {
    const { world, prepare } = aWorld({ event: 'Ordered', within: '5d' });
    world.apply([anEvent({ ...by('ann'), name: 'Ordered', occurredAt: noon, receivedAt: noon })], noon);
    prepare({ event: 'Ordered', within: '1d' });
    expect(person(world, 'ann')).toMatchObject({ memberships: { vip: {} }, nextCheckAt: noon + day + 1 });
    expect(person(world, 'ann').prepared).toBeUndefined();
    world.tick(noon + day + 1);
    expect(person(world, 'ann')).toMatchObject({ memberships: { vip: {} }, prepared: { vip: false } });
    const later = noon + day + hour;
    world.apply([anEvent({ ...by('ann'), name: 'Ordered', occurredAt: later, receivedAt: later })], later);
    expect(person(world, 'ann').prepared).toBeUndefined();
    expect(world.edges).toHaveLength(1);
  });

  it('counts the members of a household before it serves, whoever of them is evaluated first', () => {
    const { world, prepare } = aWorld(tier('gold'));
    const call = (user: string) =>
      anEvent({
        ...{ ...by(user), kind: 'group', name: 'group' },
        ...{ properties: { groupId: 'h1' }, context: { groupType: 'household' } },
      });
    world.apply(
      ['ann', 'bob'].flatMap((user) => [anIdentify({ plan: 'team' }, by(user)), call(user)]),
      noon,
    );
    const isTeam: Rule = { trait: 'plan', is: 'equals', value: 'team' };
    prepare({ group: 'household', members: isTeam, count: { is: 'at_least', value: 2 } });
    expect(['ann', 'bob'].map((user) => person(world, user).prepared)).toEqual([{ vip: true }, { vip: true }]);
    expect(world.edges).toEqual([]);
  });

  it('is not written of who is restricted, nor of who is merged into another or erased', () => {
    const { world, prepare } = aWorld(tier('gold'));
    for (const user of ['ann', 'bob', 'cid', 'dan']) world.apply([anIdentify({ tier: 'iron' }, by(user))], noon);
    const restricted = { ...person(world, 'dan'), restrictedAt: noon };
    world.profiles.set(restricted.id, restricted);
    prepare(tier('iron'));
    expect(['ann', 'dan'].map((user) => person(world, user).prepared)).toEqual([{ vip: true }, undefined]);
    const names = ['ann', 'bob'].map((value) => ({ type: 'user_id', value }));
    world.apply([anEvent({ isMerge: true, identifiers: names })], noon + 1);
    world.erase({ type: 'user_id', value: 'cid' }, noon + 1);
    const gone = [...world.profiles.values()].filter((one) => one.mergedInto ?? one.erasedAt);
    expect(gone.map(({ prepared }) => prepared)).toEqual([undefined, undefined]);
    expect(person(world, 'ann').prepared).toEqual({ vip: true });
  });
});

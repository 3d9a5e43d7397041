import type { ComputedValues } from '../../audiences/computed/resolve-computed';
import { anEvent, anIdentify, aRuleset, day, noon } from '../../../testing/builders';
import { FoldedWorld } from '../../../testing/folded-world';

const of: ComputedValues = {
  score: { score: [{ event: 'Viewed', points: 40 }], halfLife: '14d' },
  seen: { event: 'Viewed', last: 'category' },
};
const view = (by: Record<string, string>, at = noon, category = 'hats') =>
  anEvent({ name: 'Viewed', by, receivedAt: at, occurredAt: at, properties: { category } });

describe('a rule on a score', () => {
  const ruleset = aRuleset({
    audiences: {
      warm: { path: 'computed.score', is: 'at_least', value: 20 },
      cold: { not: { path: 'computed.score', is: 'greater_than', value: 0 } },
    },
    computed: of,
  });

  it('lets somebody go with no event, one millisecond after the score is what it asks for', () => {
    const world = new FoldedWorld(ruleset);
    world.apply([view({ user_id: 'u1' })], noon);
    expect(world.size('warm')).toBe(1);
    const halfLifeLater = noon + 14 * day;
    world.tick(halfLifeLater);
    expect(world.size('warm')).toBe(1);
    // A score of twenty is told as twenty until it is less by half a millionth.
    const [{ nextCheckAt = 0 } = {}] = world.living();
    expect(nextCheckAt - halfLifeLater).toBeLessThan(100);
    world.tick(nextCheckAt - 1);
    expect(world.size('warm')).toBe(1);
    world.tick(nextCheckAt);
    expect(world.size('warm')).toBe(0);
    expect(world.edges.at(-1)).toMatchObject({ audience: 'warm', edge: 'exited', cause: 'clock' });
  });

  it('takes somebody for cold when nothing is left of the score, and looks no further', () => {
    const world = new FoldedWorld(ruleset);
    world.apply([view({ user_id: 'u1' })], noon);
    world.tick(noon + 14 * day * 20);
    expect(world.size('cold')).toBe(0);
    world.tick(noon + 14 * day * 30);
    expect(world.size('cold')).toBe(1);
    expect(world.living()[0]?.nextCheckAt).toBeUndefined();
  });

  it('adds up what two people did who become one, whatever came first', () => {
    const world = new FoldedWorld(ruleset);
    world.apply([view({ user_id: 'u1' }, noon - 14 * day), view({ anonymous_id: 'a1' }, noon)], noon);
    const together = anIdentify({}, { by: { user_id: 'u1', anonymous_id: 'a1' } });
    world.apply([together], noon);
    // 20 of the one and 40 of the other; a third of it is left after log2(3) half-lives.
    world.tick(noon + Math.floor(14 * day * Math.log2(3)));
    expect(world.size('warm')).toBe(1);
    world.tick(noon + Math.ceil(14 * day * Math.log2(3)) + 100);
    expect(world.size('warm')).toBe(0);
  });
});

it('what is computed counts of the members of a household too', () => {
  const rule = {
    group: 'household',
    members: { path: 'computed.seen', is: 'equals', value: 'hats' },
    match: 'all',
  } as const;
  const world = new FoldedWorld(aRuleset({ audiences: { hatters: rule }, computed: of }));
  const join = (user_id: string) =>
    anEvent({
      ...{ kind: 'group', name: 'group', by: { user_id } },
      properties: { groupId: 'h1' },
      context: { groupType: 'household', groupId: 'h1' },
    });
  world.apply([view({ user_id: 'u1' }), view({ user_id: 'u2' }), join('u1'), join('u2')], noon);
  world.settle(noon);
  const before = world.size('hatters');
  world.apply([view({ user_id: 'u2' }, noon + 1, 'shoes')], noon + 1);
  world.settle(noon + 1);
  expect([before, world.size('hatters')]).toEqual([2, 0]);
});

it('what nothing defines any more is forgotten', () => {
  const world = new FoldedWorld(aRuleset({ computed: of }));
  world.apply([view({ user_id: 'u1' })], noon);
  expect(Object.keys(world.living()[0]?.states ?? {})).toHaveLength(2);
  world.ruleset = aRuleset({ version: 2 });
  world.tick(noon + 1);
  expect(world.living()[0]?.states).toEqual({});
});

import { anEvent, anIdentify, aRuleset, noon } from '../../../testing/builders';
import { FoldedWorld } from '../../../testing/folded-world';
import type { Rule } from '../../audiences/rule.schema';
import { servedMemberships } from '../served-memberships';

const trait = (name: string): Rule => ({ trait: name, is: 'equals', value: true });
const members = (match: 'any' | 'all' | 'none', audience: string): Rule => ({
  group: 'household',
  members: { audience },
  match,
});

/** Each of a household of two is in `vip` by one of two rules: ann by the present one, bob by the next. */
function aHousehold(asking: Readonly<Record<string, Rule>>) {
  const audiences = { vip: trait('gold'), fans: { audience: 'vip' } as Rule, ...asking };
  const edits = { vip: trait('loyal') };
  const world = new FoldedWorld(aRuleset({ audiences }));
  const people = { ann: 'gold', bob: 'loyal' };
  const events = Object.entries(people).flatMap(([userId, name]) => [
    anIdentify({ [name]: true }, { by: { user_id: userId } }),
    anEvent({
      ...{ kind: 'group', name: 'group', by: { user_id: userId } },
      ...{ properties: { groupId: 'home' }, context: { groupType: 'household' } },
    }),
  ]);
  world.apply(events, noon, 1);
  world.settle(noon);
  world.edges.length = 0;
  const prepare = (): void => {
    world.ruleset = aRuleset({ version: 2, audiences, edits });
    for (const { id } of world.living()) {
      world.tick(noon, [id]);
      world.settle(noon);
    }
  };
  const serve = (): void => {
    world.ruleset = aRuleset({ version: 3, audiences: { ...audiences, ...edits }, switchedFrom: 2 });
  };
  const served = (): string[][] =>
    world.living().map((one) => Object.keys(servedMemberships(one, world.ruleset.switchedFrom)).sort());
  return { world, prepare, serve, served };
}

const orders = [
  ['the one who leaves', [0, 1]],
  ['the one who comes', [1, 0]],
] as const;

describe('a rule on the members of a household that asks for an edited audience', () => {
  it.each(orders)('has no edge where it holds before and after, whoever gets their edges first: %s', (_, order) => {
    const { world, prepare, serve, served } = aHousehold({
      anyone: members('any', 'vip'),
      nobody: { not: members('none', 'vip') },
      throughAnother: members('any', 'fans'),
    });
    const always = ['anyone', 'nobody', 'throughAnother'];
    prepare();
    expect(served()).toEqual([[...always, 'fans', 'vip'].sort(), always]);
    expect(world.edges).toEqual([]);
    serve();
    expect(served()).toEqual([always, [...always, 'fans', 'vip'].sort()]);
    for (const index of order) {
      world.tick(noon, [world.living()[index]?.id ?? ('' as never)]);
      world.settle(noon);
      expect(served()).toEqual([always, [...always, 'fans', 'vip'].sort()]);
    }
    const edges = world.edges.map(({ audience, edge, cause }) => `${audience} ${edge} ${cause}`).sort();
    expect(edges).toEqual([
      ...['fans entered definition', 'fans exited definition'],
      ...['vip entered definition', 'vip exited definition'],
    ]);
  });

  it.each(orders)('moves everybody of it once, by the definition, where it holds no more: %s first', (_, order) => {
    const { world, prepare, serve, served } = aHousehold({ golden: members('any', 'vip') });
    world.apply([anIdentify({ loyal: false }, { by: { user_id: 'bob' } })], noon, 1);
    world.settle(noon);
    world.edges.length = 0;
    prepare();
    expect(served().map((keys) => keys.includes('golden'))).toEqual([true, true]);
    serve();
    expect(served()).toEqual([[], []]);
    for (const index of order) {
      world.tick(noon, [world.living()[index]?.id ?? ('' as never)]);
      world.settle(noon);
      expect(served()).toEqual([[], []]);
    }
    const golden = world.edges.filter(({ audience }) => audience === 'golden');
    expect(golden.map(({ edge, cause }) => `${edge} ${cause}`)).toEqual(['exited definition', 'exited definition']);
  });

  it('counts an audience that asks for groups itself by its name', () => {
    const { world, prepare } = aHousehold({
      home: members('any', 'vip'),
      kin: { group: 'household', members: { audience: 'home' }, match: 'all' },
    });
    prepare();
    expect(world.living().map(({ memberships }) => Object.keys(memberships).sort())).toEqual([
      ['fans', 'home', 'kin', 'vip'],
      ['home', 'kin'],
    ]);
  });
});

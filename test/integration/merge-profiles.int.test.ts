import { startSystem, until, type System } from '../../src/testing/system';

let system: System;
beforeAll(async () => {
  system = await startSystem();
});
afterAll(() => system.stop());

const idOf = async (ref: string) => (await system.client.profiles.get(ref)).id;

beforeEach(async () => {
  const { events } = system.client;
  await events.identify({
    userId: 'shop-1',
    traits: { plan: 'gold', city: 'Oslo' },
    timestamp: '2026-01-01T00:00:00Z',
  });
  await events.identify({ userId: 'crm-1', traits: { plan: 'free', score: 7 }, timestamp: '2026-02-01T00:00:00Z' });
  await events.track({ userId: 'shop-1', event: 'Ordered' });
  await events.track({ userId: 'crm-1', event: 'Called' });
  await system.settled();
});

describe('saying that two profiles are one person', () => {
  it('first only tells who would absorb whom', async () => {
    const { profiles } = system.client;
    const [shop, crm] = await Promise.all([idOf('user_id:shop-1'), idOf('user_id:crm-1')]);
    const { changes, ...outcome } = await profiles.planMerge('user_id:crm-1', shop);
    expect(outcome).toEqual({ survivor: shop, absorbed: crm, isDone: false });
    expect(changes?.profiles.find(({ id }) => id === shop)?.identifiers).toHaveLength(2);
    await system.settled();
    expect([await idOf('user_id:shop-1'), await idOf('user_id:crm-1')]).toEqual([shop, crm]);
  });

  it('makes them one under every id they had, with the facts of both, and says so in the ledger', async () => {
    const { profiles } = system.client;
    const [shop, crm] = await Promise.all([idOf('user_id:shop-1'), idOf('user_id:crm-1')]);
    expect(await profiles.merge('user_id:crm-1', 'user_id:shop-1')).toEqual({
      survivor: shop,
      absorbed: crm,
      isDone: true,
    });
    expect([await idOf('user_id:shop-1'), await idOf('user_id:crm-1'), await idOf(crm)]).toEqual([shop, shop, shop]);
    expect((await profiles.get(shop)).traits).toMatchObject({ plan: 'free', city: 'Oslo', score: 7 });
    const { data: events } = await profiles.events(shop);
    expect(events.map(({ name }) => name)).toEqual(expect.arrayContaining(['Ordered', 'Called', 'alias']));
    expect((await profiles.merges(shop)).data).toMatchObject([
      { survivor: shop, absorbed: crm, identifierTypes: ['user_id'] },
    ]);

    // Said again, and from the other side, they are one already.
    expect(await profiles.merge('user_id:shop-1', 'user_id:crm-1')).toEqual({ survivor: shop, isDone: true });
    await system.client.events.track({ userId: 'crm-1', event: 'Visited' });
    await system.settled();
    expect((await profiles.events(shop)).data.map(({ name }) => name)).toContain('Visited');
  });

  it('is refused for somebody nobody knows, and to keys that may not change people', async () => {
    const { profiles } = system.client;
    await expect(profiles.merge('user_id:shop-1', 'user_id:nobody')).rejects.toMatchObject({ status: 404 });
    await expect(profiles.merge('user_id:shop-1', 'nobody')).rejects.toMatchObject({ status: 404 });
    for (const key of [system.keys.public, system.keys.secret]) {
      const answer = await fetch(`${system.url}/v1/profiles/user_id:shop-1/merge`, {
        ...{ method: 'POST', body: JSON.stringify({ with: 'user_id:crm-1' }) },
        headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
      });
      expect(answer.status).toBe(403);
    }
  });
});

it('is not said by events that are sent, whatever they claim', async () => {
  const { store, keys, url } = system;
  const claim = {
    isMerge: true,
    type: 'alias',
    userId: 'far-1',
    context: { isMerge: true, externalIds: [{ type: 'user_id', id: 'far-2' }] },
  };
  const identify = (userId: string) => ({ type: 'identify', userId });
  const answer = await fetch(`${url}/v1/batch`, {
    method: 'POST',
    headers: { authorization: `Bearer ${keys.secret}`, 'content-type': 'application/json' },
    body: JSON.stringify({ batch: [identify('far-1'), identify('far-2'), claim] }),
  });
  expect(answer.status).toBe(200);
  await until(async () => !(await store.events.hasAnyPending()) || undefined, 'the events to be applied');
  expect(await idOf('user_id:far-1')).not.toBe(await idOf('user_id:far-2'));
});

import { startSystem, until, type System } from '../../src/testing/system';
import { startWebhookTwin, type WebhookTwin } from '../../src/twins/webhook-twin';
import { hookMs, putCrm, signingSecret } from './use-cases-harness';

const recovery: Parameters<System['client']['journeys']['put']>[1] = {
  name: 'Recovery',
  entry: { on: { event: 'Cart Started' }, key: 'properties.cart' },
  exits: [{ on: { event: 'Paid', match: { 'properties.cart': 'entry.properties.cart' } }, reason: 'paid' }],
  start: 'listen',
  steps: {
    listen: {
      type: 'wait-for',
      timeout: '30d',
      onTimeout: 'done',
      first: [{ on: { event: 'Called' }, next: 'done' }],
    },
    done: { type: 'exit', reason: 'done' },
  },
};

let system: System;
let crm: WebhookTwin;
beforeAll(async () => {
  crm = await startWebhookTwin({ secret: signingSecret });
  system = await startSystem();
  await putCrm(system, crm);
  const { audiences, journeys } = system.client;
  await audiences.put('vip', { name: 'VIP', rule: { trait: 'tier', is: 'equals', value: 'gold' } });
  await audiences.put('buyers', { name: 'Buyers', rule: { event: 'Bought', count: { is: 'at_least', value: 2 } } });
  await audiences.attach('vip', 'crm', { identifiers: ['user_id', 'email'] });
  await journeys.put('recovery', recovery);
  await journeys.publish('recovery');
}, hookMs);
afterAll(async () => {
  await system.stop();
  await crm.close();
}, hookMs);

const idOf = async (ref: string) => (await system.client.profiles.get(ref)).id;
const audiencesOf = async (ref: string) =>
  (await system.client.profiles.get(ref)).audiences.map(({ key }) => key).sort();
const membersAre = (...ids: string[]) =>
  until(
    async () => JSON.stringify(crm.membersOf('vip').sort()) === JSON.stringify([...ids].sort()) || undefined,
    'the members at the CRM',
    30_000,
  );
const runOf = async (ref: string) => (await system.client.profiles.enrollments(ref)).data[0];

describe('two people who were taken for one', () => {
  let shop: string;
  let phone: string;

  it('are merged, and live on as one', async () => {
    const { events, profiles } = system.client;
    await events.identify({
      userId: 'shop-1',
      traits: { tier: 'free', city: 'Oslo' },
      timestamp: '2026-01-01T00:00:00Z',
    });
    await events.identify({ userId: 'phone-1', traits: { tier: 'gold' }, timestamp: '2026-02-01T00:00:00Z' });
    await events.track({ userId: 'phone-1', event: 'Cart Started', properties: { cart: 'c1' } });
    for (const userId of ['shop-1', 'phone-1']) await events.track({ userId, event: 'Bought' });
    await system.settled();
    [shop, phone] = [await idOf('user_id:shop-1'), await idOf('user_id:phone-1')];
    await membersAre(phone);

    expect(await profiles.merge(shop, phone)).toMatchObject({ survivor: shop, absorbed: phone, isDone: true });
    await events.identify({ userId: 'phone-1', traits: { city: 'Rome', email: 'p@example.com' } });
    await events.track({ userId: 'shop-1', event: 'Bought' });
    await system.settled();
    expect(await idOf('email:p@example.com')).toBe(shop);
    expect(await audiencesOf(shop)).toEqual(['buyers', 'vip']);
    await membersAre(shop);
    expect(await runOf(shop)).toMatchObject({ status: 'active' });
  });

  it('are shown what taking it back would change, and nothing changes', async () => {
    const { changes, ...outcome } = await system.client.profiles.planUnmerge(shop, phone);
    expect(outcome).toEqual({ survivor: shop, absorbed: phone, isDone: false });
    const types = (identifiers: readonly { type: string }[] = []) => identifiers.map(({ type }) => type).sort();
    const byId = new Map(changes?.profiles.map((profile) => [profile.id, profile]));
    expect(types(byId.get(shop)?.identifiers)).toEqual(['user_id']);
    expect(types(byId.get(phone)?.identifiers)).toEqual(['email', 'user_id']);
    expect(byId.get(shop)).toMatchObject({ enters: [], leaves: ['vip'] });
    expect(byId.get(phone)).toMatchObject({ enters: ['vip'], leaves: [] });
    expect(changes?.enrollments).toMatchObject([{ journey: 'recovery', profile: phone }]);
    expect(changes?.events).toBe(1);
    expect(await idOf('user_id:phone-1')).toBe(shop);
  });

  it('are two again, each with what is its own, also at destinations', async () => {
    const { profiles } = system.client;
    expect(await profiles.unmerge(shop, phone)).toEqual({ survivor: shop, absorbed: phone, isDone: true });
    expect(await idOf('user_id:phone-1')).toBe(phone);
    expect(await idOf('email:p@example.com')).toBe(phone);
    expect((await profiles.get(shop)).traits).toEqual({ tier: 'free', city: 'Oslo' });
    expect((await profiles.get(phone)).traits).toEqual({ tier: 'gold', city: 'Rome', email: 'p@example.com' });
    expect(await audiencesOf(shop)).toEqual(['buyers']);
    expect(await audiencesOf(phone)).toEqual(['vip']);
    const names = async (ref: string) => (await profiles.events(ref)).data.map(({ name }) => name).sort();
    expect(await names(phone)).toEqual(['Bought', 'Cart Started', 'identify', 'identify']);
    expect(await names(shop)).toEqual(['Bought', 'Bought', 'alias', 'alias', 'identify']);
    await membersAre(phone);
    expect((await profiles.merges(shop)).data).toMatchObject([{ absorbed: phone, reason: 'asked', undone: {} }]);
  });

  it('go on: a run of the one is its own again, and ends by what that one does', async () => {
    const { events } = system.client;
    expect(await runOf(phone)).toMatchObject({ status: 'active', waitingFor: expect.anything() });
    await events.track({ userId: 'shop-1', event: 'Called' });
    await events.track({ userId: 'shop-1', event: 'Paid', properties: { cart: 'c1' } });
    await system.settled();
    expect(await runOf(phone)).toMatchObject({ status: 'active' });
    await events.track({ userId: 'phone-1', event: 'Called' });
    await until(async () => ((await runOf(phone))?.status === 'completed' ? true : undefined), 'the run to end');
  });

  it('stay apart whatever events say, until somebody says that they are one', async () => {
    const { events, identity, profiles } = system.client;
    const both = { context: { traits: { email: 'p@example.com' } } };
    await events.identify({ userId: 'shop-1', traits: { email: 'p@example.com' }, ...both });
    await system.settled();
    expect(await idOf('email:p@example.com')).toBe(phone);
    expect((await identity.violations()).data[0]).toMatchObject({
      profile: shop,
      dropped: [{ type: 'email', reason: 'apart' }],
    });
    await expect(profiles.unmerge(shop, phone)).rejects.toMatchObject({ status: 404 });
    expect(await profiles.merge(phone, shop)).toMatchObject({ survivor: shop, absorbed: phone, isDone: true });
    expect(await profiles.unmerge(shop, phone)).toMatchObject({ isDone: true });
    expect((await profiles.merges(phone)).data).toHaveLength(2);
  });
});

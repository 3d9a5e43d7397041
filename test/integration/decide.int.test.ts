import { randomUUID } from 'node:crypto';
import { createClient, type Client } from '../../src/client/client';
import { startSystem, until, type System } from '../../src/testing/system';

const hookMs = 120_000;
let system: System;
let page: Client;
beforeAll(async () => {
  system = await startSystem();
  page = createClient({ url: system.url, writeKey: system.keys.public });
  const { audiences, journeys } = system.client;
  const rule = { trait: 'tier', is: 'equals', value: 'gold' } as const;
  await audiences.put('vip', { name: 'VIP', public: true, rule });
  await audiences.put('looking', { name: 'Looking', public: true, rule: { event: 'Viewed', within: '2s' } });
  await journeys.put('recovery', {
    name: 'Recovery',
    entry: { on: { event: 'Cart Started' } },
    exits: [{ on: { event: 'Paid' }, reason: 'paid' }],
    start: 'rest',
    steps: { rest: { type: 'wait', for: '30d', next: 'done' }, done: { type: 'exit' } },
  });
  await journeys.publish('recovery');
}, hookMs);
afterAll(() => system.stop(), hookMs);

const told = async (anonymousId: string) => (await page.decide({ anonymousId })).audiences;
const shown = async (profile: string) => {
  const { audiences, journeys = [] } = await system.client.decide({ profile });
  return [...audiences, ...journeys.map(({ journey, step }) => `${journey}/${step}`)];
};
const untilTold = (anonymousId: string, audiences: readonly string[], what: string) =>
  until(async () => (String(await told(anonymousId)) === String(audiences) ? true : undefined), what, 20_000);

describe('what is decided for somebody', () => {
  it('follows a visitor into the profile they become, with the journeys they are inside of, and out of it again', async () => {
    const { events, profiles } = system.client;
    const [browser, phone] = [randomUUID(), randomUUID()];
    await events.track({ anonymousId: browser, event: 'Cart Started' });
    await events.identify({ userId: 'u1', anonymousId: phone, traits: { tier: 'gold' } });
    await system.settled();
    const visitor = (await profiles.get(`anonymous_id:${browser}`)).id;
    expect([await shown(visitor), await told(browser), await told(phone)]).toEqual([['recovery/rest'], [], ['vip']]);

    await events.identify({ userId: 'u1', anonymousId: browser });
    await system.settled();
    for (const ref of [visitor, 'user_id:u1', `anonymous_id:${browser}`])
      expect(await shown(ref)).toEqual(['vip', 'recovery/rest']);
    expect(await told(browser)).toEqual(['vip']);

    await events.track({ userId: 'u1', event: 'Paid' });
    await system.settled();
    expect(await shown('user_id:u1')).toEqual(['vip']);
    await profiles.unmerge('user_id:u1', visitor);
    await system.settled();
    await untilTold(phone, ['vip'], 'the two to be apart');
    expect(await told(browser)).toEqual([]);
  });

  it('changes by time alone when the clock has come', async () => {
    const browser = randomUUID();
    await system.client.events.track({ anonymousId: browser, event: 'Viewed' });
    await untilTold(browser, ['looking'], 'them to be looking');
    await untilTold(browser, [], 'them to look no more');
  });

  it('is nothing while they are restricted, and once they are erased', async () => {
    const { events, profiles, operations } = system.client;
    const browser = randomUUID();
    await events.identify({ userId: 'u2', anonymousId: browser, traits: { tier: 'gold' } });
    await events.track({ userId: 'u2', event: 'Cart Started' });
    await system.settled();
    const { id } = await profiles.get('user_id:u2');
    expect([await told(browser), await shown(id)]).toEqual([['vip'], ['vip', 'recovery/rest']]);
    await profiles.restrict('user_id:u2');
    await untilTold(browser, [], 'the restriction');
    expect(await shown(id)).toEqual([]);
    await profiles.liftRestriction('user_id:u2');
    await untilTold(browser, ['vip'], 'the end of the restriction');
    await operations.wait((await profiles.erase('user_id:u2')).id);
    expect([await told(browser), await shown(id), await shown('user_id:u2')]).toEqual([[], [], []]);
  });
});

import { createHash } from 'node:crypto';
import type { Identifier } from '../../src/domain/events/event';
import { startSystem, until, type System } from '../../src/testing/system';
import { startMetaTwin, type MetaTwin } from '../../src/twins/meta-twin';
import { exampleDestination, hookMs } from './use-cases-harness';

const accessToken = 'EAAB-token-of-the-tests';
const hashed = (email: string): string => createHash('sha256').update(email).digest('hex');

let system: System;
let meta: MetaTwin;
beforeAll(async () => {
  [system, meta] = await Promise.all([startSystem(), startMetaTwin({ accessToken })]);
  const { client } = system;
  const ads = exampleDestination('meta-ads');
  const settings = { ...ads.settings, apiBase: meta.url };
  await client.destinations.put('ads', { ...ads, settings, secrets: { accessToken } });
  await client.audiences.put('vip', { name: 'VIP', rule: { trait: 'tier', is: 'equals', value: 'gold' } });
  await client.audiences.attach('vip', 'ads', { identifiers: ['email'], external: { create: true } });
  // In a workspace without any entry nobody looks at the lists.
  await client.suppressions.put('email:somebody@else.example');
}, hookMs);
afterEach(() => jest.restoreAllMocks());
afterAll(async () => {
  await system.stop();
  await meta.close();
}, hookMs);

const isAtMeta = (email: string): boolean =>
  meta.audienceIds().some((id) => meta.membersOf(id).includes(`EMAIL:${hashed(email)}`));
const wasSent = (email: string): boolean => meta.exchanges.some(({ body }) => body.includes(hashed(email)));
const join = (userId: string) =>
  system.client.events.identify({ userId, traits: { tier: 'gold', email: `${userId}@x.example` } });
const atMeta = (email: string, is: boolean) =>
  until(async () => isAtMeta(email) === is || undefined, `${email} to be ${is ? 'on' : 'off'} the list`);
const inStep = () =>
  until(async () => {
    const { wanted, pending } = await system.store.syncMembers.counts(system.ws, 'vip', 'ads');
    return (pending === 0 && wanted === 1) || undefined;
  }, 'the sync to have nothing left to do');

describe('somebody who is taken off the list while their address is being tied to them', () => {
  it('reaches the audience, though whoever read the lists before saw the entry', async () => {
    const { client, store } = system;
    const ref = 'email:dan@x.example';
    await client.suppressions.put(ref);
    const check = store.suppressions.check.bind(store.suppressions);
    let isReleased = false;
    jest.spyOn(store.suppressions, 'check').mockImplementation(async (ws, identifiers) => {
      const read = await check(ws, identifiers);
      if (!isReleased && identifiers.some(({ value }) => value === 'dan@x.example')) {
        isReleased = true;
        await client.suppressions.delete(ref);
      }
      return read;
    });
    await join('dan');
    await atMeta('dan@x.example', true);
    expect(isReleased).toBe(true);
    expect((await client.profiles.get('user_id:dan')).suppressed ?? false).toBe(false);
    await client.profiles.erase('user_id:dan');
    await atMeta('dan@x.example', false);
  });
});

describe('somebody who complains while their address is being tied to them', () => {
  it('never reaches the audience when the entry was saved after the lists were read, and comes when it goes', async () => {
    const { client, store } = system;
    const check = store.suppressions.check.bind(store.suppressions);
    let hasComplained = false;
    jest.spyOn(store.suppressions, 'check').mockImplementation(async (ws, identifiers) => {
      const read = await check(ws, identifiers);
      const isHers = identifiers.some(({ value }) => value === 'ann@x.example');
      if (isHers && !hasComplained) {
        hasComplained = true;
        expect(await client.suppressions.put('email:ann@x.example', { reason: 'complaint' })).not.toHaveProperty(
          'sending',
        );
      }
      return read;
    });
    await join('ann');
    await until(async () => hasComplained || undefined, 'the complaint');
    await join('bob');
    await atMeta('bob@x.example', true);
    await until(async () => (await client.profiles.get('user_id:ann')).suppressed, 'Ann’s profile to say so');
    await inStep();
    expect([wasSent('bob@x.example'), wasSent('ann@x.example')]).toEqual([true, false]);
    await client.suppressions.delete('email:ann@x.example');
    await atMeta('ann@x.example', true);
    await client.suppressions.put('email:ann@x.example', { reason: 'complaint' });
    await atMeta('ann@x.example', false);
  });

  it('leaves the audience when they had got there before the entry could be seen', async () => {
    const { client, store } = system;
    const read = store.identifiers.read.bind(store.identifiers);
    const cleo: Identifier = { type: 'email', value: 'cleo@x.example' };
    const key = store.identifiers.key(system.ws, cleo);
    let owners: number | undefined;
    jest.spyOn(store.identifiers, 'read').mockImplementation(async (keys, session) => {
      const found = await read(keys, session);
      if (session !== undefined && keys.includes(key) && owners === undefined) {
        owners = found.owners.size;
        await join('cleo');
        await atMeta('cleo@x.example', true);
      }
      return found;
    });
    await client.suppressions.put('email:cleo@x.example', { reason: 'complaint' });
    expect(owners).toBe(0);
    await atMeta('cleo@x.example', false);
  });
});

import { text } from 'node:stream/consumers';
import type { ImportResult } from '../../src/client/types';
import { startSystem, until, type System } from '../../src/testing/system';
import { startWebhookTwin, type WebhookTwin } from '../../src/twins/webhook-twin';
import { hookMs, putCrm, signingSecret } from './use-cases-harness';

const welcome: Parameters<System['client']['journeys']['put']>[1] = {
  name: 'Welcome',
  entry: { on: { audience: 'guests', edge: 'entered' } },
  start: 'done',
  steps: { done: { type: 'exit', reason: 'welcomed' } },
};

let system: System;
let crm: WebhookTwin;
beforeAll(async () => {
  crm = await startWebhookTwin({ secret: signingSecret });
  system = await startSystem();
  await putCrm(system, crm);
  const { audiences, journeys } = system.client;
  await audiences.put('guests', { name: 'Guests', kind: 'manual' });
  await audiences.attach('guests', 'crm', { identifiers: ['user_id'] });
  await journeys.put('welcome', welcome);
  await journeys.publish('welcome');
  for (const userId of ['ann', 'bob', 'cid']) await system.client.events.identify({ userId, traits: { town: 'Oslo' } });
  await system.settled();
}, hookMs);
afterAll(async () => {
  await system.stop();
  await crm.close();
}, hookMs);

const idOf = async (userId: string) => (await system.client.profiles.get(`user_id:${userId}`)).id;
const isIn = async (userId: string, key = 'guests') =>
  (await system.client.profiles.get(`user_id:${userId}`)).audiences.some((one) => one.key === key);
const sizeOf = async (key: string) => (await system.client.audiences.get(key)).size;
const atCrm = (...ids: string[]) =>
  until(
    async () => JSON.stringify(crm.membersOf('guests').sort()) === JSON.stringify([...ids].sort()) || undefined,
    'the guests at the CRM',
    45_000,
  );

describe('people who are put into an audience by hand', () => {
  it('are at its destination, have begun the journeys that ask for it, and leave both ways', async () => {
    const { audiences, profiles } = system.client;
    expect(await audiences.changeMembers('guests', { add: ['user_id:ann', 'user_id:bob'] })).toMatchObject({
      added: 2,
    });
    await atCrm(await idOf('ann'), await idOf('bob'));
    await until(
      async () => (await profiles.enrollments('user_id:ann')).data[0]?.reason === 'welcomed' || undefined,
      'the run',
    );
    await audiences.changeMembers('guests', { remove: ['user_id:bob'] });
    await atCrm(await idOf('ann'));
  });

  it('are one in it with whoever they are merged with, and apart again once that is taken back', async () => {
    const { audiences, profiles } = system.client;
    await audiences.changeMembers('guests', { remove: ['user_id:cid'] });
    const [ann, cid] = [await idOf('ann'), await idOf('cid')];
    const { survivor, absorbed } = await profiles.merge(cid, ann);
    await system.settled();
    expect([await isIn('ann'), await isIn('cid'), await sizeOf('guests')]).toEqual([true, true, 1]);
    await atCrm(survivor);
    await profiles.unmerge(survivor, absorbed ?? '');
    await system.settled();
    expect([await isIn('ann'), await isIn('cid'), await sizeOf('guests')]).toEqual([true, false, 1]);
    await atCrm(ann);
  });

  it('are gone from it, and from the copy of it, when they are erased', async () => {
    const { audiences, operations, privacy } = system.client;
    const { operation } = await audiences.duplicate('guests', { key: 'guests-2', name: 'G', members: true });
    expect((await operations.wait(operation?.id ?? '')).result).toEqual({ copied: 1, skipped: 0 });
    expect(await sizeOf('guests-2')).toBe(1);
    const { data } = await privacy.erase(['user_id:ann']);
    await operations.wait(data[0]?.id ?? '');
    expect([await sizeOf('guests'), await sizeOf('guests-2')]).toEqual([0, 0]);
    await atCrm();
    expect((await audiences.changeMembers('guests', { add: ['user_id:ann'] })).unknown).toHaveLength(1);
  });
});

describe('a file of identifiers', () => {
  it('puts each person of it in, those who are met by it too, and is exported as it came', async () => {
    const { audiences, imports, operations } = system.client;
    await audiences.put('listed', { name: 'Listed', kind: 'manual' });
    const columns = { id: { to: 'identifier', type: 'user_id' } } as const;
    const { id, audience } = await imports.create({ mapping: { columns }, audience: 'listed' });
    expect(audience).toBe('listed');
    await imports.upload(id, 'id\nbob\nnew\n\n,\n');
    const { result } = await operations.wait(id);
    expect(result as unknown as ImportResult).toMatchObject({ applied: 2, rejected: 1 });
    expect(await sizeOf('listed')).toBe(2);
    const file = await text(await audiences.exportMembers('listed', { identifiers: ['user_id'], traits: ['town'] }));
    expect(
      file
        .trimEnd()
        .split('\n')
        .map((line) => line.split(',').slice(2).join())
        .sort(),
    ).toEqual(['bob,Oslo', 'new,', 'user_id,traits.town']);
  });

  it('puts nobody in whom it was dry for, nor into an audience that has a rule, or is not there', async () => {
    const { audiences, imports, operations } = system.client;
    const mapping = { columns: { id: { to: 'identifier', type: 'user_id' } } } as const;
    const { id } = await imports.create({ mapping, audience: 'guests', dryRun: true });
    await imports.upload(id, 'id\nbob\n');
    await operations.wait(id);
    expect(await isIn('bob')).toBe(false);
    await audiences.put('live', { name: 'Live', rule: { trait: 'town', is: 'set' } });
    await expect(imports.create({ mapping, audience: 'live' })).rejects.toMatchObject({ status: 409 });
    await expect(imports.create({ mapping, audience: 'nobody' })).rejects.toMatchObject({ status: 404 });
  });
});

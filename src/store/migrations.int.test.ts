import { randomBytes } from 'node:crypto';
import type { Document } from 'mongodb';
import { profileId } from '../domain/ids';
import { aProfile } from '../testing/builders';
import { openTestApi, type TestApi } from '../testing/test-api';
import { migrations } from './migrations';
import { prepareStore } from './open-store';

let api: TestApi;
beforeEach(async () => {
  api = await openTestApi();
});
afterEach(() => api.close());

it('reads a profile that a process of before wrote after the migration, as one that is behind the rules', async () => {
  const { ws } = await api.createWorkspace();
  const id = profileId('prf_old');
  const states = { key: { at: [1, 2, 3] } };
  const checks = { vip: 9 };
  const old = { ...aProfile(id, { edgeCounts: { vip: 3 } }), states };
  const profiles = api.store.connection.db.collection<Document & { _id: string }>('profiles');
  await profiles.insertOne({ ...old, checks, _id: `${ws}:${id}`, ws });
  const [profile] = await api.store.profiles.byIds(ws, [id]);
  expect(profile).toMatchObject({ id, states: {}, edgeCounts: { vip: 3 }, checks, rulesetVersion: 0 });
});

describe('a store written before version 1', () => {
  it('is readable after its migration, whoever migrates twice, and its profiles are due for the present rules', async () => {
    const { ws } = await api.createWorkspace();
    const { db } = api.store.connection;
    const id = profileId(`prf_${randomBytes(16).toString('hex')}`);
    const states = { key: { at: [1, 2, 3] } };
    const old = { ...aProfile(id, { edgeCounts: { vip: 3 } }), states, checks: { vip: 9 } };
    await db.collection<{ _id: string; ws: string }>('profiles').insertOne({ ...old, _id: `${ws}:${id}`, ws });
    await db.collection('migrations').deleteMany({});
    await db.collection('events').dropIndex('waitKey');
    await db.collection('events').createIndex({ waitKey: 1, seq: 1 }, { name: 'waitKey' });

    await Promise.all([prepareStore(api.store.connection), prepareStore(api.store.connection)]);
    await prepareStore(api.store.connection);

    const [profile] = await api.store.profiles.byIds(ws, [id]);
    expect(profile).toMatchObject({ id, states: {}, edgeCounts: { vip: 3 }, checks: { vip: 9 } });
    const version = await api.store.workspaces.rulesetVersion(ws);
    expect(await api.store.profiles.behindRuleset(ws, version, 10)).toEqual([id]);
    const indexes = await db.collection('events').indexes();
    expect(indexes.find(({ name }) => name === 'waitKey')).toMatchObject({
      partialFilterExpression: { waitKey: { $exists: true } },
    });
    expect(await db.collection('migrations').countDocuments()).toBe(migrations.length);
  });
});

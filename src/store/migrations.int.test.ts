import { randomBytes } from 'node:crypto';
import type { Document } from 'mongodb';
import { profileId } from '../domain/ids';
import { aProfile } from '../testing/builders';
import { openTestApi, type TestApi } from '../testing/test-api';
import { migrate, migrations } from './migrations';
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
    expect(await api.store.preparedProfiles.left(ws, { version }, 10)).toEqual([id]);
    const indexes = await db.collection('events').indexes();
    expect(indexes.find(({ name }) => name === 'waitKey')).toMatchObject({
      partialFilterExpression: { waitKey: { $gt: '' } },
    });
    expect(await db.collection('migrations').countDocuments()).toBe(migrations.length);
  });
});

describe('a store written before version 5', () => {
  it('has its conditional indexes made anew', async () => {
    const { db } = api.store.connection;
    const due = async () => (await db.collection('profiles').indexes()).find(({ name }) => name === 'due');
    const made = await due();
    await db.collection('profiles').dropIndex('due');
    const partialFilterExpression = { nextCheckAt: { $exists: true } };
    await db.collection('profiles').createIndex({ nextCheckAt: 1, slot: 1 }, { name: 'due', partialFilterExpression });
    await db.collection('migrations').deleteMany({ version: 5 });

    await Promise.all([prepareStore(api.store.connection), prepareStore(api.store.connection)]);

    expect(await due()).toEqual(made);
  });
});

describe('a store written before version 3', () => {
  it('has a source for every text that keys named, and an open state and an end for every letter', async () => {
    const { ws } = await api.createWorkspace();
    const { db } = api.store.connection;
    const keys = db.collection<{ _id: string; ws: string; source: string; createdAt: number; sha256: string }>('keys');
    await keys.insertMany([
      { _id: `${ws}:k1`, ws, source: 'First public key', createdAt: 5, sha256: '1' },
      { _id: `${ws}:k2`, ws, source: 'First public key', createdAt: 6, sha256: '2' },
    ]);
    const letters = db.collection<{ _id: string; ws: string; at: number }>('deadLetters');
    await letters.insertOne({ _id: `${ws}:ddl_1`, ws, at: 1_000 });
    await db.collection('migrations').deleteMany({ version: 3 });

    await Promise.all([prepareStore(api.store.connection), prepareStore(api.store.connection)]);

    const source = await api.store.sources.find(ws, 'first-public-key');
    expect(source).toMatchObject({ name: 'First public key', type: 'api', enabled: true, version: 1 });
    expect(source && api.store.sources.unseal(source)).toEqual({});
    expect(await keys.countDocuments({ ws, source: 'first-public-key' })).toBe(2);
    const expireAt = new Date(1_000 + 90 * 86_400_000);
    expect(await letters.findOne({ _id: `${ws}:ddl_1` })).toMatchObject({ state: 'open', expireAt });
  });
});

it('a store written before version 4 has no open letters of those who were erased', async () => {
  const { ws } = await api.createWorkspace();
  const { db } = api.store.connection;
  const letters = db.collection<{ _id: string; ws: string; state: string }>('deadLetters');
  const refused = { source: 'server', code: 'invalid_id', path: '/userId', message: 'Send a text.' };
  const of = {
    erased: { stage: 'unapplied', code: 'erased', kind: 'track' },
    anonymised: { stage: 'rejected', source: 'server', code: 'invalid_id' },
    unapplied: { stage: 'unapplied', code: 'TypeError', messageId: 'm1' },
    rejected: { stage: 'rejected', ...refused },
    discarded: { stage: 'rejected', ...refused, state: 'discarded' },
  };
  await letters.insertMany(Object.entries(of).map(([_id, letter]) => ({ _id, ws, state: 'open', ...letter })));
  await db.collection('migrations').deleteMany({ version: 4 });

  await prepareStore(api.store.connection);

  const states = Object.fromEntries((await letters.find().toArray()).map(({ _id, state }) => [_id, state]));
  const open = { unapplied: 'open', rejected: 'open' };
  expect(states).toEqual({ erased: 'erased', anonymised: 'erased', ...open, discarded: 'discarded' });
});

it('a store written before version 6 says of each version of an audience until when it served', async () => {
  const { ws } = await api.createWorkspace();
  const { db } = api.store.connection;
  const versions = db.collection<{ _id: string; of: string; version: number; savedAt: number }>('audienceVersions');
  const row = (key: string, version: number, savedAt: number) => {
    return { _id: `${ws}:${key}:${version}`, of: `${ws}:${key}`, version, savedAt };
  };
  await versions.insertMany([row('vip', 1, 5), row('vip', 2, 7), row('vip', 3, 9), row('new', 1, 8)]);
  await db.collection('migrations').deleteMany({ version: 6 });

  await prepareStore(api.store.connection);

  const of = { of: { $in: [`${ws}:vip`, `${ws}:new`] } };
  expect(await versions.find(of).sort({ _id: 1 }).toArray()).toEqual([
    { ...row('new', 1, 8), servedFrom: 8 },
    { ...row('vip', 1, 5), servedFrom: 5, servedUntil: 7 },
    { ...row('vip', 2, 7), servedFrom: 7, servedUntil: 9 },
    { ...row('vip', 3, 9), servedFrom: 9 },
  ]);
});

describe('migrations', () => {
  const versionsOf = async () =>
    (await api.store.connection.db.collection('migrations').find().toArray()).map(({ version }) => version as number);

  it('are done in order, each once; one that was cut short is begun again by the next process, and later ones wait for it', async () => {
    const { db } = api.store.connection;
    await db.collection('migrations').deleteMany({});
    const done: string[] = [];
    let isKilled = true;
    const step = (version: number, up: () => Promise<void>) => ({ version, title: `To ${version}`, up });
    const steps = [
      step(3, async () => void done.push('third')),
      step(1, async () => void done.push('first')),
      step(2, async () => {
        done.push('second');
        if (isKilled) throw new Error('kill -9');
      }),
    ];
    await expect(migrate(db, steps)).rejects.toThrow('kill -9');
    expect([done, await versionsOf()]).toEqual([['first', 'second'], [1]]);
    isKilled = false;
    expect(await migrate(db, steps)).toEqual([]);
    expect([done, (await versionsOf()).sort()]).toEqual([
      ['first', 'second', 'second', 'third'],
      [1, 2, 3],
    ]);
  });

  it('of a newer process are told to one that does not know them, and stay', async () => {
    const { db } = api.store.connection;
    const newer = { version: 9_000, title: 'Of next year', appliedAt: 0 };
    await db.collection<{ _id: string }>('migrations').insertOne({ _id: 'm9000', ...newer });
    expect(await prepareStore(api.store.connection)).toEqual([9_000]);
    expect(await versionsOf()).toContain(9_000);
  });
});

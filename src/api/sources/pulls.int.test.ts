import request from 'supertest';
import { useTestApi, useWorkspace } from '../../testing/test-api';
import { waitUntil } from '../wait-until';

const mapping = { columns: { id: { to: 'identifier', type: 'user_id' } } };
const manyColumns = (count: number) =>
  Object.fromEntries(Array.from({ length: count }, (_, n) => [`c${n}`, { to: 'trait' }]));
const settings = { schedule: '15m', mapping, url: 'https://shop.example.com/rows', cursor: { field: 'updated_at' } };
const shop = { type: 'http', name: 'Shop', settings };
const bearer = { ...shop, settings: { ...settings, auth: { by: 'bearer' } }, secrets: { token: 'token-of-the-tests' } };

const api = useTestApi();
const workspace = useWorkspace(api);
beforeEach(async () => {
  await call('put', '/v1/sources/shop').send(shop).expect(200);
  await quiet();
  api.schedules.length = 0;
  api.pulled.length = 0;
});
afterEach(() => jest.restoreAllMocks());

const call = (method: 'get' | 'put' | 'post' | 'delete', path: string, key = workspace.apiKey) =>
  request(api.app)[method](path).auth(key, { type: 'bearer' });
/** Until what commits owe is carried out, which no answer waits for. */
const quiet = () =>
  waitUntil(
    () => api.store.outbox.depth(),
    (depth) => depth === 0,
  );
const refuse = async () => {
  const held = await api.store.pullStates.begin(workspace.ws, 'shop', 1_000);
  if (!held) throw new Error('The source is paused already.');
  const paused = { code: 'http-401', message: 'Refused.', at: 2_000 };
  await api.store.pullStates.end(workspace.ws, 'shop', held, { outcome: 'refused', now: 2_000, paused });
};

describe('the schedule of a source', () => {
  it('is brought to what the source says when it is saved, switched off and deleted', async () => {
    const hourly = { ...shop, settings: { ...settings, schedule: '1h' } };
    await call('put', '/v1/sources/shop').send(hourly).expect(200);
    await quiet();
    await call('put', '/v1/sources/shop')
      .send({ ...shop, enabled: false })
      .expect(200);
    await quiet();
    await call('delete', '/v1/sources/shop').expect(204);
    expect(await quiet()).toBe(0);
    expect(api.schedules).toEqual([
      { source: 'shop', schedule: '1h' },
      { source: 'shop', schedule: '15m', paused: 'The source is switched off.' },
      { source: 'shop' },
    ]);
  });

  it('stays owed while Temporal is away', async () => {
    const bring = jest.spyOn(api.deps.pulls, 'bring').mockRejectedValue(new Error('nobody is there'));
    await call('put', '/v1/sources/shop').send(shop).expect(200);
    await waitUntil(
      async () => bring.mock.calls.length,
      (calls) => calls > 0,
    );
    const left = await api.store.outbox.takeStale(Date.now() + 86_400_000, 100);
    expect(left.map(({ work }) => work)).toEqual([{ kind: 'pull-schedule', source: 'shop' }]);
    await api.store.outbox.done(left);
  });

  it('is none for a source that sends by itself', async () => {
    await call('put', '/v1/sources/site').send({ type: 'api', name: 'Site' }).expect(200);
    expect(api.schedules).toEqual([]);
    expect((await call('get', '/v1/sources/site/pull').expect(409)).body.detail).toContain('sends by itself');
  });

  it.each([
    ['without a schedule', { schedule: undefined }, '/settings/schedule'],
    ['with a schedule that is none', { schedule: { cron: '61 * * * *' } }, '/settings/schedule'],
    [
      'with a mapping of more columns than a file may have',
      { mapping: { columns: { ...mapping.columns, ...manyColumns(20) } } },
      '/settings/mapping/columns',
    ],
    ['with a mapping that finds nobody', { mapping: { columns: {} } }, '/settings/mapping/columns'],
  ])('is not saved %s', async (_what, more, pointer) => {
    const { body } = await call('put', '/v1/sources/fresh')
      .send({ ...shop, settings: { ...settings, ...more } })
      .expect(400);
    expect(body.errors[0].pointer).toContain(pointer);
  });

  it('demands the secrets again when the address is another host', async () => {
    await call('put', '/v1/sources/moved').send(bearer).expect(200);
    const elsewhere = {
      ...bearer,
      settings: { ...bearer.settings, url: 'https://evil.example/rows' },
      secrets: undefined,
    };
    expect((await call('put', '/v1/sources/moved').send(elsewhere).expect(400)).body.errors[0].pointer).toBe(
      '/secrets',
    );
  });
});

describe('a pull', () => {
  it('is asked for at once, and gives a source that has refused another chance', async () => {
    await refuse();
    expect((await call('get', '/v1/sources/shop/pull').expect(200)).body).toMatchObject({
      status: 'paused',
      problem: { code: 'http-401', message: 'Refused.', at: '1970-01-01T00:00:02.000Z' },
      lastRun: { outcome: 'refused' },
    });
    expect((await call('post', '/v1/sources/shop/pull').expect(202)).body).toMatchObject({ status: 'idle' });
    expect(api.pulled).toEqual(['shop']);
    expect(api.schedules).toEqual([{ source: 'shop', schedule: '15m' }]);
  });

  it('is given another chance by a save as well', async () => {
    await refuse();
    await call('put', '/v1/sources/shop').send(shop).expect(200);
    await quiet();
    expect((await call('get', '/v1/sources/shop/pull').expect(200)).body.status).toBe('idle');
  });

  it('is refused while the source is off, and where nobody can be told', async () => {
    jest.spyOn(api.deps.pulls, 'trigger').mockRejectedValue(new Error('nobody is there'));
    expect((await call('post', '/v1/sources/shop/pull').expect(503)).body.detail).toContain('Temporal');
    await call('put', '/v1/sources/shop')
      .send({ ...shop, enabled: false })
      .expect(200);
    await call('post', '/v1/sources/shop/pull').expect(409);
  });

  it('begins anew, or at a time, after a reset; a run that is under way ends', async () => {
    const held = await api.store.pullStates.begin(workspace.ws, 'shop', 1_000);
    if (!held) throw new Error('The source is paused.');
    const reset = (body: object) => call('post', '/v1/sources/shop/pull/reset').send(body);
    expect((await reset({ from: '2026-05-01T09:00:00Z' }).expect(200)).body).toMatchObject({
      status: 'idle',
      cursor: { since: Date.parse('2026-05-01T09:00:00Z') },
    });
    expect(await api.store.pullStates.advance(workspace.ws, 'shop', held, {}, held.run)).toBeUndefined();
    expect((await reset({}).expect(200)).body.cursor).toBeUndefined();
    expect((await reset({ from: 'some day' }).expect(400)).body.errors[0].pointer).toBe('/from');
  });
});

describe('a test of a source', () => {
  const email = 'ann@example.com';
  const sample = {
    ...{ ok: true, code: 'ok', detail: 'The source answers with 2 columns.', columns: ['id', 'email'] },
    rows: [
      {
        row: { id: 'u1', email },
        event: {
          ...{ kind: 'identify', name: 'identify', occurredAt: 0, traits: { email, plan: 'free' }, properties: {} },
          identifiers: [{ type: 'email', value: email }],
        },
      },
    ],
  };
  const kept = () => api.store.connection.db.collection('sourceTests');
  const answerWith = () =>
    jest
      .spyOn(api.deps.pulls, 'test')
      .mockImplementation((ws, source, test) => api.store.sourceTests.keep(ws, source, test, JSON.stringify(sample)));

  it('shows rows and what becomes of them, masked for whoever may not see people', async () => {
    answerWith();
    const key = { name: 'ops', kind: 'management' as const, scopes: ['sources:write'], source: 'test', createdAt: 0 };
    const { text } = await api.store.keys.create(workspace.ws, 'dev', key);
    const masked = await call('post', '/v1/sources/shop/test', text).expect(200);
    expect(masked.text).not.toContain('ann');
    expect(masked.body.rows).toMatchObject([{ row: { id: 'u1' }, event: { traits: { plan: 'free' } } }]);
    const { body } = await call('post', '/v1/sources/shop/test').expect(200);
    expect(body.rows).toMatchObject([{ row: { email }, event: { identifiers: [{ type: 'email', value: email }] } }]);
  });

  it('is kept sealed until it is taken, and is gone then', async () => {
    await api.store.sourceTests.keep(workspace.ws, 'shop', 't1', JSON.stringify(sample));
    expect(JSON.stringify(await kept().find().toArray())).not.toContain('ann');
    expect(await api.store.sourceTests.take(workspace.ws, 'shop', 't1')).toContain(email);
    expect(await api.store.sourceTests.take(workspace.ws, 'shop', 't1')).toBeUndefined();
    expect(await kept().countDocuments()).toBe(0);
  });

  it('is removed by the database within minutes when nobody takes it', async () => {
    await api.store.sourceTests.keep(workspace.ws, 'shop', 't2', JSON.stringify(sample));
    const { expiresAt } = (await kept().findOne()) as { expiresAt?: Date } & object;
    expect(expiresAt?.getTime()).toBeLessThan(Date.now() + 5 * 60_000);
    const ends = (await kept().indexes()).filter(({ expireAfterSeconds }) => expireAfterSeconds === 0);
    expect(ends).toMatchObject([{ key: { expiresAt: 1 } }]);
  });

  it('says that nobody has made it when no worker answers', async () => {
    jest.spyOn(api.deps.pulls, 'test').mockRejectedValue(new Error('nobody is there'));
    expect((await call('post', '/v1/sources/shop/test').expect(503)).body.detail).toContain('worker');
  });
});

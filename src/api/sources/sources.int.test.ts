import request from 'supertest';
import type { Key, NewKey, Page, Source } from '../../client/types';
import { sendBatch, useTestApi, useWorkspace } from '../../testing/test-api';
import { until } from '../../testing/system';

const hour = 3_600_000;
let now = Date.UTC(2026, 4, 1, 9, 30);
const api = useTestApi({ clock: () => now });
const workspace = useWorkspace(api);

const call = (method: 'get' | 'put' | 'post' | 'delete', path: string) =>
  request(api.app)[method](path).auth(workspace.apiKey, { type: 'bearer' });
const makeKey = async (body: object) => (await call('post', '/v1/keys').send(body).expect(201)).body as NewKey;
const track = (more: object = {}) => ({ type: 'track', userId: 'u1', event: 'Viewed', ...more });
const keysOf = async (source: string) =>
  (await call('get', `/v1/sources/${source}/keys`).expect(200)).body.data as Key[];

describe('keys and their sources', () => {
  it('the first keys of a workspace send for a website and a server', async () => {
    const { body } = await call('get', '/v1/sources').expect(200);
    expect(body.data).toMatchObject([{ key: 'server' }, { key: 'website' }]);
    expect(await keysOf('website')).toMatchObject([{ kind: 'public' }]);
    expect((await keysOf('server')).map(({ kind }) => kind).sort()).toEqual(['management', 'secret']);
  });

  it('a key names a source that there is, or makes one of the text it is given', async () => {
    await call('put', '/v1/sources/shop').send({ name: 'Shop' }).expect(200);
    expect(await makeKey({ name: 'k1', kind: 'secret', source: 'shop' })).toMatchObject({ source: 'shop' });
    expect(await makeKey({ name: 'k2', kind: 'public', source: 'Büro App 2' })).toMatchObject({ source: 'buro-app-2' });
    const { body } = await call('get', '/v1/sources/buro-app-2').expect(200);
    expect(body).toMatchObject({ name: 'Büro App 2', type: 'api', enabled: true });
    expect(await keysOf('shop')).toMatchObject([{ name: 'k1' }]);
  });

  it('an old key works beside its successor for as long as the overlap says', async () => {
    const old = await makeKey({ name: 'rotated', kind: 'secret', source: 'shop' });
    const rotated = await call('post', `/v1/keys/${old.id}/rotate`).send({ overlap: '2h' }).expect(201);
    const fresh = rotated.body as NewKey;
    expect(fresh).toMatchObject({ name: 'rotated', kind: 'secret', source: 'shop', replaces: old.id });
    for (const { key } of [old, fresh]) await sendBatch(api.app, key, [track()]).expect(200);
    now += 2 * hour + 1;
    const isOver = async () => ((await sendBatch(api.app, old.key, [track()])).status === 401 ? true : undefined);
    await until(isOver, 'the old key to end');
    await sendBatch(api.app, fresh.key, [track()]).expect(200);
    await call('post', `/v1/keys/${old.id}/rotate`).send({}).expect(409);
    await call('post', '/v1/keys/none/rotate').send({}).expect(404);
  });

  it('the keys of a disabled source are refused with 403, which clients do not repeat, until it is enabled', async () => {
    const { key } = await makeKey({ name: 'off', kind: 'public', source: 'kiosk' });
    const enable = (enabled: boolean) => call('put', '/v1/sources/kiosk').send({ name: 'Kiosk', enabled }).expect(200);
    await enable(false);
    const { body } = await sendBatch(api.app, key, [track()]).expect(403);
    expect(body).toMatchObject({
      type: 'urn:heddle:problem:source-disabled',
      detail: 'The source "kiosk" is disabled: nothing is taken from it.',
    });
    await enable(true);
    await sendBatch(api.app, key, [track()]).expect(200);
    await call('delete', '/v1/sources/kiosk').expect(204);
    await sendBatch(api.app, key, [track()]).expect(403);
  });
});

describe('what a source sends', () => {
  it('is counted by the hour and in all, with why events were refused', async () => {
    const { key } = await makeKey({ name: 'counted', kind: 'secret', source: 'counted' });
    const began = now;
    const late = new Date(now - 30 * hour).toISOString();
    await sendBatch(api.app, key, [track({ messageId: 'c1' }), track({ timestamp: late }), track({ userId: 7 })]);
    await sendBatch(api.app, key, [track({ messageId: 'c1' }), { type: 'text' }]);
    now += hour;
    await sendBatch(api.app, key, [track()]);
    await api.deps.traffic.flush();
    const { body: source } = await call('get', '/v1/sources/counted').expect(200);
    const total = { accepted: 3, duplicates: 1, rejected: 2, late: 1, quarantined: 0, errorRate: 2 / 6 };
    expect(source.traffic).toMatchObject({
      lastEventAt: new Date(now).toISOString(),
      total: { ...total, rejectedByCode: { invalid_id: 1, unknown_type: 1 } },
      lastDay: total,
    });
    expect(source.traffic.total.bytes).toBeGreaterThan(100);
    const { body: hours } = await call('get', '/v1/sources/counted/volume').expect(200);
    expect(hours.data).toMatchObject([
      { from: new Date(Math.floor(began / hour) * hour).toISOString(), accepted: 2, rejected: 2 },
      { accepted: 1, rejected: 0, errorRate: 0 },
    ]);
    const { body: days } = await call('get', '/v1/sources/counted/volume?interval=day').expect(200);
    expect(days.data).toMatchObject([{ from: '2026-05-01T00:00:00.000Z', accepted: 3 }]);
    const { body: list } = await call('get', '/v1/sources').expect(200);
    const listed = (list as Page<Source>).data.find(({ key: one }) => one === 'counted');
    expect(listed?.traffic).toEqual(source.traffic);
    now += 25 * hour;
    const { body: later } = await call('get', '/v1/sources/counted').expect(200);
    expect(later.traffic).toMatchObject({ total, lastDay: { accepted: 0 } });
    await call('get', '/v1/sources/counted/volume?from=2024-01-01').expect(400);
  });

  it('is added to by every process, and does not hold up the door', async () => {
    const { key } = await makeKey({ name: 'two', kind: 'secret', source: 'two' });
    await Promise.all([1, 2, 3].map(() => sendBatch(api.app, key, [track(), track()]).expect(200)));
    const isCounted = async () => {
      const { body } = await call('get', '/v1/sources/two');
      return body.traffic.total.accepted === 6 || undefined;
    };
    await until(isCounted, 'the figures to be flushed by themselves');
  });
});

import request from 'supertest';
import type { DeadLetter } from '../../client/types';
import { sendBatch, useTestApi, useWorkspace } from '../../testing/test-api';

const api = useTestApi();
const workspace = useWorkspace(api, beforeEach);

const call = (method: 'get' | 'post', path: string, key = workspace.apiKey) =>
  request(api.app)[method](path).auth(key, { type: 'bearer' });
const send = (events: readonly unknown[], key = workspace.secretKey) => sendBatch(api.app, key, events).expect(200);
const track = (more: object) => ({ type: 'track', userId: 'u1', event: 'Viewed', ...more });
const list = async (query = ''): Promise<DeadLetter[]> =>
  (await call('get', `/v1/dead-letters${query}`).expect(200)).body.data as DeadLetter[];
const reader = async (...scopes: string[]) => {
  const key = { name: 'reader', kind: 'management' as const, scopes, source: 'server', createdAt: 0 };
  return (await api.store.keys.create(workspace.ws, 'dev', key)).text;
};

describe('dead letters', () => {
  it('are found by what they are about', async () => {
    await send([track({ userId: 7, messageId: 'm1' }), track({ event: '', messageId: 'm2' }), { type: 'page' }]);
    await send([track({ userId: 8, event: 'Bought', messageId: 'm3' })], workspace.publicKey);
    const found = async (query: string) => (await list(query)).map(({ messageId = '-' }) => messageId).sort();
    expect(await found('?code=invalid_id')).toEqual(['m1', 'public:m3']);
    expect(await found('?source=website')).toEqual(['public:m3']);
    expect(await found('?kind=page')).toEqual(['-']);
    expect(await found('?event=Viewed')).toEqual(['m1']);
    expect(await found('?messageId=m2')).toEqual(['m2']);
    expect(await found('?stage=unapplied')).toEqual([]);
    expect(await found('?state=open&from=2020-01-01')).toHaveLength(4);
    expect(await found('?to=2020-01-01')).toEqual([]);
    expect(await found('?messageId[$ne]=m2').catch(() => 'refused')).toBe('refused');
  });

  it('are counted by stage, code and source', async () => {
    await send([track({ userId: 7 }), track({ userId: 8 }), { type: 'page' }]);
    const { body } = await call('get', '/v1/dead-letters/summary').expect(200);
    expect(body.data).toMatchObject([
      { stage: 'rejected', code: 'invalid_id', source: 'server', count: 2 },
      { code: 'no_identifier', count: 1 },
    ]);
  });

  it('hold the whole event, for who may see people', async () => {
    const note = 'x'.repeat(20_000);
    await send([track({ userId: 7, messageId: 'whole', properties: { note } })]);
    const id = (await list('?messageId=whole'))[0]?.id ?? '';
    const { body } = await call('get', `/v1/dead-letters/${id}`).expect(200);
    expect(JSON.parse(String(body.payload))).toMatchObject({ userId: 7, properties: { note } });
    expect(body).not.toHaveProperty('notReplayable');
    const { body: seen } = await call('get', `/v1/dead-letters/${id}`, await reader('profiles:read')).expect(200);
    expect(seen).not.toHaveProperty('payload');
    await call('get', '/v1/dead-letters/ddl_none').expect(404);
  });

  it('show no address in a path or a message id to who may not see people', async () => {
    await send([track({ messageId: 'order-ann@mail.test', properties: { 'ann@mail.test': '\ud800' } })]);
    const { body } = await call('get', '/v1/dead-letters', await reader('profiles:read')).expect(200);
    expect(body.data).toMatchObject([{ path: '/properties/•••', messageId: '•••' }]);
    expect(JSON.stringify(body)).not.toContain('ann@mail.test');
    expect(await list()).toMatchObject([{ path: '/properties/ann@mail.test', messageId: 'order-ann@mail.test' }]);
  });

  it('of one event that is sent again count once, also in why a source was refused', async () => {
    const plan = {
      ...{ name: 'P', isDefault: true, onViolation: 'quarantine', unplannedEvents: 'quarantine' },
      events: [{ event: 'Planned' }],
    };
    await request(api.app)
      .put('/v1/tracking-plans/p')
      .auth(workspace.apiKey, { type: 'bearer' })
      .send(plan)
      .expect(200);
    for (let times = 0; times < 3; times += 1) await send([track({ event: 'Unplanned', messageId: 'once' })]);
    await api.deps.traffic.flush();
    const { body } = await call('get', '/v1/sources/server').expect(200);
    expect(body.traffic.total).toMatchObject({ quarantined: 1, duplicates: 2, rejectedByCode: { plan_violation: 1 } });
  });

  it('say why one cannot be replayed', async () => {
    const deep = JSON.parse(`${'['.repeat(100)}${']'.repeat(100)}`) as unknown;
    await send([track({ properties: { note: 'x'.repeat(40_000) } }), track({ properties: { deep } })]);
    const reasons = (await list()).map(({ code, notReplayable }) => [code, notReplayable]).sort();
    expect(reasons).toEqual([
      ['too_deep', 'too_deep'],
      ['too_large', 'too_large'],
    ]);
  });

  it('are given up with a reason, and lose the event', async () => {
    await send([track({ userId: 7, messageId: 'd1' }), track({ userId: 8, messageId: 'd2' }), { type: 'page' }]);
    const id = (await list('?messageId=d1'))[0]?.id ?? '';
    const discard = (body: object) => call('post', '/v1/dead-letters/discard').send({ reason: 'test data', ...body });
    expect((await discard({ ids: [id] }).expect(200)).body).toEqual({ discarded: 1 });
    expect((await discard({ ids: [id] }).expect(200)).body).toEqual({ discarded: 0 });
    const { body } = await call('get', `/v1/dead-letters/${id}`).expect(200);
    expect(body).toMatchObject({ state: 'discarded', discarded: { reason: 'test data' } });
    expect(body).not.toHaveProperty('payload');
    expect((await discard({ filter: { code: 'invalid_id' } }).expect(200)).body).toEqual({ discarded: 1 });
    expect(await list('?state=open')).toMatchObject([{ kind: 'page' }]);
    await discard({}).expect(400);
    await discard({ ids: [id], filter: {} }).expect(400);
  });

  it('are counted before a replay, which is an operation', async () => {
    await send([track({ userId: 7 }), { type: 'page' }]);
    const replay = (body: object) => call('post', '/v1/dead-letters/replay').send(body);
    const filter = { code: 'invalid_id' };
    expect((await replay({ filter, dryRun: true }).expect(200)).body).toEqual({ count: 1 });
    const { body, headers } = await replay({ filter }).expect(202);
    expect(body).toMatchObject({ kind: 'dead-letter-replay', status: 'running' });
    expect(headers['location']).toBe(`/v1/operations/${body.id}`);
    expect(api.operations).toContain(body.id);
    await call('post', '/v1/dead-letters/replay', await reader('profiles:read'))
      .send({ filter })
      .expect(403);
  });

  it('end after the time they are kept, and know whom they name', async () => {
    await send([track({ event: '', userId: 'u1', traits: {}, messageId: 'e1' }), track({ event: '', userId: 'u2' })]);
    const letters = await api.store.deadLetters.page(workspace.ws, 10);
    for (const { expireAt, at } of letters) expect(expireAt.getTime() - at).toBe(90 * 86_400_000);
    const naming = api.store.identifiers.key(workspace.ws, { type: 'user_id', value: 'u1' });
    expect(letters.find(({ messageId }) => messageId === 'e1')?.naming).toEqual([naming]);
  });
});

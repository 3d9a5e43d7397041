import request from 'supertest';
import { sendBatch, useTestApi, useWorkspace } from '../../testing/test-api';

const api = useTestApi();
const mine = useWorkspace(api, beforeEach);
const call = (method: 'get' | 'put' | 'post', path: string) =>
  request(api.app)[method](path).auth(mine.apiKey, { type: 'bearer' });
const tell = (id: string, body: object) => call('post', `/v1/enrollments/${id}/signal`).send(body);

async function begin(): Promise<string> {
  const ask = {
    type: 'wait-for',
    timeout: '2d',
    first: [{ on: { signal: 'approved' }, next: 'bye' }],
    onTimeout: 'bye',
  };
  const definition = {
    name: 'Offer',
    entry: { on: { event: 'Offer Made' } },
    exits: [{ on: { signal: 'withdrawn' }, reason: 'withdrawn' }],
    start: 'ask',
    steps: { ask, bye: { type: 'exit' } },
  };
  await call('put', '/v1/journeys/offer').send(definition).expect(200);
  await call('post', '/v1/journeys/offer/publish').expect(200);
  await sendBatch(api.app, mine.secretKey, [{ type: 'track', event: 'Offer Made', userId: 'u1' }]).expect(200);
  await api.catchUp(mine.ws);
  const { body } = await call('get', '/v1/journeys/offer/enrollments').expect(200);
  return (body as { data: { id: string }[] }).data[0]!.id;
}
/** The intake, which is rung and comes to the event at once. */
const withIntake = () => jest.spyOn(api.deps, 'ringIntake').mockImplementation((ws) => void api.catchUp(ws));
const signals = async () => {
  const { body } = await call('get', '/v1/profiles/user_id:u1/events').expect(200);
  return (body as { data: { name: string }[] }).data.filter(({ name }) => name === 'heddle:signal');
};
afterEach(() => jest.restoreAllMocks());

describe('POST /v1/enrollments/{id}/signal', () => {
  it('tells a run something, once under one Idempotency-Key, and not one that has ended', async () => {
    const id = await begin();
    withIntake();
    const { body: shown } = await call('get', `/v1/enrollments/${id}`).expect(200);
    expect((shown as { why: string }).why).toMatch(/^waits for signal approved \(then bye\)/);
    await tell(id, { signal: 'seen', data: { by: 'ann' } })
      .set('idempotency-key', 'k1')
      .expect(200);
    await tell(id, { signal: 'seen', data: { by: 'ann' } })
      .set('idempotency-key', 'k1')
      .expect(200);
    expect(await signals()).toHaveLength(1);
    const { body } = await tell(id, { signal: 'withdrawn' }).expect(200);
    expect(body).toMatchObject({ status: 'exited', reason: 'withdrawn' });
    const late = await tell(id, { signal: 'approved' }).expect(409);
    expect(late.body).toMatchObject({ detail: 'The run has ended already: withdrawn.' });
  });

  it('is refused for no run, without a name, and with data that nobody can store', async () => {
    const id = await begin();
    withIntake();
    await tell('enr_none', { signal: 'approved' }).expect(404);
    await tell(id, {}).expect(400);
    await tell(id, { signal: 'approved', data: { text: 'x'.repeat(40_000) } }).expect(400);
    expect(await signals()).toEqual([]);
  });
});

describe('GET /v1/enrollments/{id}/record', () => {
  it('has the values of people only for a key that may see them, and another workspace has no such run', async () => {
    const id = await begin();
    const reader = { name: 'x', kind: 'management' as const, scopes: ['journeys:read'], source: 'test', createdAt: 0 };
    const key = (await api.store.keys.create(mine.ws, 'dev', reader)).text;
    const read = (query: string, by: string) =>
      request(api.app).get(`/v1/enrollments/${id}/record${query}`).auth(by, { type: 'bearer' });
    const { body } = await read('', key).expect(200);
    expect(body).toMatchObject({
      isScrubbed: true,
      steps: [{ step: 'ask', type: 'wait-for' }],
      end: { status: 'active' },
    });
    const refused = await read('?values=true', key).expect(403);
    expect((refused.body as { detail: string }).detail).toContain('profiles:pii');
    expect((await read('?values=true', mine.apiKey).expect(200)).body).toMatchObject({ isScrubbed: false });
    await read('', (await api.createWorkspace()).apiKey).expect(404);
  });
});

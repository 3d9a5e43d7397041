import request from 'supertest';
import { sendBatch, useTestApi, useWorkspace } from '../../testing/test-api';

const api = useTestApi();
const mine = useWorkspace(api, beforeEach);

const call = (method: 'get' | 'put' | 'post', path: string) =>
  request(api.app)[method](path).auth(mine.apiKey, { type: 'bearer' });
/** The intake, which is rung and comes to the event at once. */
const withIntake = () => jest.spyOn(api.deps, 'ringIntake').mockImplementation((ws) => void api.catchUp(ws));
const ask = (properties: object = {}, profile = 'user_id:u1') =>
  call('post', '/v1/journeys/welcome/enrollments').send({ profile, properties });
const runs = async () =>
  (await call('get', '/v1/journeys/welcome/enrollments').expect(200)).body.data as { id: string }[];

async function publish(entry: object): Promise<void> {
  const steps = { rest: { type: 'wait', for: '2h', next: 'bye' }, bye: { type: 'exit' } };
  await call('put', '/v1/journeys/welcome').send({ name: 'Welcome', entry, start: 'rest', steps }).expect(200);
  await call('post', '/v1/journeys/welcome/publish').expect(200);
}

beforeEach(async () => {
  await sendBatch(api.app, mine.secretKey, [{ type: 'identify', userId: 'u1', traits: { tier: 'gold' } }]).expect(200);
  await api.catchUp(mine.ws);
});
afterEach(() => jest.restoreAllMocks());

describe('a run that the API asks for', () => {
  it('begins, with the properties of the request, and is the only one of its key', async () => {
    await publish({ on: { api: true }, key: 'properties.order', reentry: { again: 'always' } });
    withIntake();
    const { body } = await ask({ order: 7 }).expect(201);
    expect(body).toMatchObject({ journey: 'welcome', version: 1, status: 'active', step: 'rest' });
    const again = await ask({ order: 7 }).expect(409);
    expect(again.body).toMatchObject({ type: 'urn:heddle:problem:not-begun-already-inside' });
    await ask({ order: 8 }).expect(201);
    expect(await runs()).toHaveLength(2);
    const { profileId } = body as { profileId: string };
    const { body: timeline } = await call('get', `/v1/profiles/${profileId}/events`).expect(200);
    expect(timeline.data[0]).toMatchObject({ name: 'heddle:enroll' });
  });

  it.each([
    ['its key is missing', { on: { api: true }, key: 'properties.order' }, 422, 'no-key'],
    ['the rule does not hold', { on: { api: true }, if: { trait: 'tier', is: 'equals', value: 'x' } }, 422, 'rule'],
    ['the entry is an event', { on: { event: 'Cart Started' } }, 422, 'not-by-api'],
  ])('says that none was begun, and why, when %s', async (_, entry, status, reason) => {
    await publish(entry);
    withIntake();
    expect((await ask().expect(status)).body.type).toBe(`urn:heddle:problem:not-begun-${reason}`);
    expect(await runs()).toEqual([]);
  });

  it('is refused while the journey is paused, for nobody, and with properties that nobody can store', async () => {
    await publish({ on: { api: true } });
    withIntake();
    await ask({}, 'user_id:none').expect(404);
    await ask({ text: 'x'.repeat(40_000) }).expect(400);
    await call('post', '/v1/journeys/welcome/pause').expect(200);
    expect((await ask().expect(409)).body.type).toBe('urn:heddle:problem:not-begun-not-published');
    await call('post', '/v1/journeys/none/enrollments').send({ profile: 'user_id:u1' }).expect(404);
  });

  it('begins one run under one key, however often it is asked for, and may be asked for again when none was begun', async () => {
    await publish({ on: { api: true }, key: 'properties.order', reentry: { again: 'always' } });
    await sendBatch(api.app, mine.secretKey, [{ type: 'identify', userId: 'u2' }]).expect(200);
    await api.catchUp(mine.ws);
    withIntake();
    await ask().set('idempotency-key', 'k1').expect(422);
    await ask({ order: 1 }).set('idempotency-key', 'k1').expect(201);
    // The answer is forgotten, as if the process had died before it was kept.
    await api.store.connection.db.collection('idempotency').deleteMany({});
    await ask({ order: 1 }).set('idempotency-key', 'k1').expect(201);
    expect(await runs()).toHaveLength(1);
    // The same key for somebody else is another ask.
    await api.store.connection.db.collection('idempotency').deleteMany({});
    const { body } = await ask({ order: 1 }, 'user_id:u2').set('idempotency-key', 'k1').expect(201);
    const ids = (await runs()).map(({ id }) => id);
    expect([ids.length, ids[0]]).toEqual([2, (body as { id: string }).id]);
  });

  it('is accepted when the intake does not come to it in time', async () => {
    await publish({ on: { api: true } });
    expect((await ask().expect(202)).body).toEqual({ isPending: true });
    await api.catchUp(mine.ws);
    expect(await runs()).toHaveLength(1);
  }, 15_000);
});

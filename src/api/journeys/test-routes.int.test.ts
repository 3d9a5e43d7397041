import request from 'supertest';
import { sendBatch, useTestApi, useWorkspace } from '../../testing/test-api';

const api = useTestApi();
const mine = useWorkspace(api, beforeEach);

const call = (method: 'get' | 'put' | 'post' | 'delete', path: string) =>
  request(api.app)[method](path).auth(mine.apiKey, { type: 'bearer' });
const test = (input: object = {}) => call('post', '/v1/journeys/welcome/test').send(input);

async function publish(entry: object = { on: { event: 'Signed Up' } }): Promise<void> {
  const steps = { rest: { type: 'wait', for: '60d', next: 'bye' }, bye: { type: 'exit' } };
  await call('put', '/v1/journeys/welcome').send({ name: 'Welcome', entry, start: 'rest', steps }).expect(200);
  await call('post', '/v1/journeys/welcome/publish').expect(200);
}

beforeEach(async () => {
  const rule = { trait: 'tier', is: 'equals', value: 'gold' };
  await call('put', '/v1/audiences/gold').send({ name: 'Gold', rule }).expect(200);
  await sendBatch(api.app, mine.secretKey, [{ type: 'identify', userId: 'u1', traits: { tier: 'gold' } }]).expect(200);
  await api.catchUp(mine.ws);
  // From here on the intake comes to what it is rung for at once.
  jest.spyOn(api.deps, 'ringIntake').mockImplementation((ws) => void api.catchUp(ws));
});
afterEach(() => jest.restoreAllMocks());

describe('a test of a journey that the API asks for', () => {
  it('begins a run of somebody made up, who is restricted, a member of nothing and in no funnel', async () => {
    await publish();
    const { body: run } = await test({ traits: { tier: 'gold' }, properties: { order: 7 }, waits: '1s' }).expect(201);
    expect(run).toMatchObject({ journey: 'welcome', version: 1, test: true, status: 'active', step: 'rest' });
    const { body: person } = await call('get', `/v1/profiles/${run.profileId}`).expect(200);
    expect(person).toMatchObject({ test: true, restrictedAt: expect.any(String), traits: { tier: expect.anything() } });
    expect((await call('get', '/v1/audiences/gold/members').expect(200)).body.data).toHaveLength(1);
    expect((await call('get', '/v1/journeys/welcome/funnel').expect(200)).body).toMatchObject({ entered: 0 });
    await call('delete', `/v1/profiles/${run.profileId}/restriction`).expect(409);
  });

  it('walks the draft where there is one, as it was then, though it was never published and is another by now', async () => {
    const draft = (rest: string) => ({
      ...{ name: 'Welcome', entry: { on: { event: 'Signed Up' } }, start: 'rest' },
      exits: [{ on: { event: 'Left' }, reason: 'left' }],
      steps: { rest: { type: 'wait', for: rest, next: 'bye' }, bye: { type: 'exit' } },
    });
    await call('put', '/v1/journeys/welcome').send(draft('60d')).expect(200);
    const { body: run } = await test({ waits: '1h' }).expect(201);
    expect(run).toMatchObject({ version: 0, test: true, step: 'rest' });
    await call('delete', '/v1/journeys/welcome').expect(204);
    await test().expect(404);
    const { body: person } = await call('get', `/v1/profiles/${run.profileId}`).expect(200);
    const userId = (person as { identifiers: { type: string; value: string }[] }).identifiers.find(
      ({ type }) => type === 'user_id',
    )?.value;
    jest.restoreAllMocks();
    await sendBatch(api.app, mine.secretKey, [{ type: 'track', event: 'Left', userId }]).expect(200);
    await api.catchUp(mine.ws);
    const { body: left } = await call('get', `/v1/enrollments/${run.id}`).expect(200);
    expect(left).toMatchObject({ status: 'exited', reason: 'left', why: expect.stringContaining('Left') as string });
    await publish();
    await test({ version: 'draft' }).expect(409);
  });

  it('begins whatever the entry waits for, but holds to its rule and its key, and says why none was begun', async () => {
    await test().expect(404);
    const entry = { on: { event: 'Signed Up' }, key: 'properties.order' };
    await publish({ ...entry, if: { trait: 'tier', is: 'equals', value: 'gold' } });
    expect((await test().expect(422)).body.type).toBe('urn:heddle:problem:not-begun-no-key');
    expect((await test({ properties: { order: 1 } }).expect(422)).body.type).toBe('urn:heddle:problem:not-begun-rule');
    await test({ properties: { order: 1 }, traits: { tier: 'gold' }, version: 1 }).expect(201);
    await test({ version: 2 }).expect(404);
    await test({ waits: 'soon' }).expect(400);
  });
});

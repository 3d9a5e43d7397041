import request from 'supertest';
import { sendBatch, useTestApi, useWorkspace } from '../../testing/test-api';

const api = useTestApi();
const mine = useWorkspace(api, beforeEach);
const call = (method: 'get' | 'put' | 'post', path: string) =>
  request(api.app)[method](path).auth(mine.apiKey, { type: 'bearer' });
const gold = { trait: 'tier', is: 'equals', value: 'gold' };
const journey = (on: object) => ({ name: 'J', entry: { on }, start: 'bye', steps: { bye: { type: 'exit' } } });

it('a journey that begins when a rule holds makes no audience that anybody is told of', async () => {
  await call('put', '/v1/journeys/golden')
    .send(journey({ when: gold }))
    .expect(200);
  await call('post', '/v1/journeys/golden/publish').expect(200);
  const identify = { type: 'identify', userId: 'u1', traits: { tier: 'gold' } };
  await sendBatch(api.app, mine.secretKey, [identify]).expect(200);
  await api.catchUp(mine.ws);
  const runs = await call('get', '/v1/journeys/golden/enrollments').expect(200);
  expect(runs.body).toMatchObject({ data: [{ status: 'active' }] });
  const told = await Promise.all([
    call('get', '/v1/profiles/user_id:u1').expect(200),
    call('get', '/v1/profiles/user_id:u1/audiences').expect(200),
    call('get', '/v1/audiences').expect(200),
    call('post', '/v1/audiences/draft/preview').send({ rule: gold }).expect(200),
  ]);
  expect(told[0].body).toMatchObject({ audiences: [] });
  expect(told[1].body).toEqual({ data: [] });
  expect(told[2].body).toEqual({ data: [] });
  expect(JSON.stringify(told.map(({ body }) => body as unknown))).not.toContain('~');
});

it('a trigger whose rule is none is refused where the rule is wrong', async () => {
  const { body } = await call('put', '/v1/journeys/golden')
    .send(journey({ when: { trait: 'tier', is: 'like', value: 'g' } }))
    .expect(400);
  expect(JSON.stringify(body)).toContain('/entry/on/when');
});

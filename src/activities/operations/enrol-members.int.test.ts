import request from 'supertest';
import type { Operation } from '../../domain/operations/operation';
import { sendBatch, useTestApi, useWorkspace } from '../../testing/test-api';
import { createEnrolMembers } from './enrol-members';

const api = useTestApi();
const mine = useWorkspace(api, beforeEach);

const signal = new AbortController().signal;
const call = (method: 'get' | 'put' | 'post', path: string) =>
  request(api.app)[method](path).auth(mine.apiKey, { type: 'bearer' });
const kindOf = (perStep: number) =>
  createEnrolMembers({ store: api.store, clock: Date.now, backlog: 10_000, ringIntake: () => undefined }, perStep);
const runs = async () =>
  (await call('get', '/v1/journeys/trip/enrollments?limit=100').expect(200)).body.data as object[];

/** People of an audience, and a journey that begins otherwise; asked for all of them. */
async function begin(count: number, entry: object, perSecond = 1_000): Promise<Operation> {
  await call('put', '/v1/audiences/gold')
    .send({ name: 'Gold', rule: { trait: 'tier', is: 'set' } })
    .expect(200);
  const batch = Array.from({ length: count }, (_, n) => ({ type: 'identify', userId: `u${n}`, traits: { tier: n } }));
  await sendBatch(api.app, mine.secretKey, batch).expect(200);
  await api.catchUp(mine.ws);
  const steps = { rest: { type: 'wait', for: '2h', next: 'bye' }, bye: { type: 'exit' } };
  await call('put', '/v1/journeys/trip').send({ name: 'Trip', entry, start: 'rest', steps }).expect(200);
  await call('post', '/v1/journeys/trip/publish').expect(200);
  const { body } = await call('post', '/v1/journeys/trip/enrol-existing')
    .send({ audience: 'gold', perSecond })
    .expect(200);
  const [id] = (body as { operations: string[] }).operations;
  const stored = await api.store.operations.find(mine.ws, id ?? '');
  if (!stored) throw new Error('no operation');
  return stored.operation;
}

describe('an enrolment of present members', () => {
  it('asks each once, though the worker dies in the middle, and the journey says who enters, which the operation tells', async () => {
    let operation = await begin(24, { on: { event: 'Left' }, if: { trait: 'tier', is: 'at_least', value: 4 } });
    const kind = kindOf(10);
    const step = () => kind.step({ ws: mine.ws, operation, signal, now: Date.now() });
    const first = await step();
    expect(first).toMatchObject({ progress: { done: 10, total: 24 } });
    // The worker was killed before the step was taken down.
    await step();
    operation = { ...operation, ...first };
    for (;;) {
      await api.catchUp(mine.ws);
      const outcome = await step();
      if ('result' in outcome) {
        expect(outcome.result).toEqual({ asked: 24, skipped: 0, entered: 20 });
        break;
      }
      operation = { ...operation, ...outcome };
    }
    expect(await runs()).toHaveLength(20);
  });

  it('enters nobody who is inside already', async () => {
    const operation = await begin(3, { on: { audience: 'gold', edge: 'entered' } });
    for (const user of ['u0', 'new'])
      await sendBatch(api.app, mine.secretKey, [{ type: 'identify', userId: user, traits: { tier: 9 } }]).expect(200);
    await api.catchUp(mine.ws);
    expect(await runs()).toHaveLength(1);
    await kindOf(100).step({ ws: mine.ws, operation, signal, now: Date.now() });
    await api.catchUp(mine.ws);
    expect(await runs()).toHaveLength(4);
  });

  it('asks no more in a second than it may', async () => {
    const operation = await begin(24, { on: { event: 'Left' } }, 7);
    expect(await kindOf(100).step({ ws: mine.ws, operation, signal, now: Date.now() })).toMatchObject({
      progress: { done: 7, total: 24 },
    });
  });
});

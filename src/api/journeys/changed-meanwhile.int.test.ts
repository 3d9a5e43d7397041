import request from 'supertest';
import type { RunTask } from '../../domain/journeys/run-task';
import { sendBatch, testLimits, useTestApi, useWorkspace } from '../../testing/test-api';

const api = useTestApi({ limits: { ...testLimits, approvalAbove: 2 } });
const mine = useWorkspace(api, beforeEach);

const call = (method: 'get' | 'put' | 'post', path: string, key = mine.apiKey) =>
  request(api.app)[method](path).auth(key, { type: 'bearer' });
const post = (verb: string, body: object = {}, key = mine.apiKey) =>
  call('post', `/v1/journeys/trip/${verb}`, key).send(body);

async function draft(name: string): Promise<void> {
  const steps = { rest: { type: 'wait', for: '2h', next: 'bye' }, bye: { type: 'exit' } };
  const definition = { name, entry: { on: { event: 'Left' } }, start: 'rest', steps };
  await call('put', '/v1/journeys/trip').send(definition).expect(200);
}

async function publish(name: string): Promise<void> {
  await draft(name);
  await post('publish').expect(200);
}

async function leave(count: number): Promise<void> {
  const batch = Array.from({ length: count }, (_, n) => ({ type: 'track', event: 'Left', userId: `u${n}` }));
  await sendBatch(api.app, mine.secretKey, batch).expect(200);
  await api.catchUp(mine.ws);
}

/** Between the first reading of the journey and whatever follows somebody else does this. */
function meanwhile(act: () => Promise<void>): void {
  const { journeys } = api.store;
  const spy = jest.spyOn(journeys, 'byKey').mockImplementationOnce(async (...args) => {
    spy.mockRestore();
    const found = await journeys.byKey(...args);
    await act();
    return found;
  });
}

describe('a change of a journey that somebody else changes at that moment', () => {
  it('approves what was asked for, and no draft that was saved since', async () => {
    await publish('one');
    await leave(3);
    await draft('seen');
    await post('publish', { inFlight: 'exit' }).expect(202);
    const of = { name: 'second', kind: 'management', scopes: ['journeys:*'] };
    const { body } = await call('post', '/v1/keys').send(of).expect(201);
    meanwhile(() => draft('unseen'));
    await post('approve', {}, (body as { key: string }).key).expect(409);
    expect((await call('get', '/v1/journeys/trip')).body).toMatchObject({ publishedVersion: 1 });
  });

  it('rolls back the version that was looked at, and none that was published since', async () => {
    await publish('one');
    await publish('two');
    meanwhile(() => publish('three'));
    await post('rollback', { inFlight: 'exit' }).expect(409);
    expect((await call('get', '/v1/journeys/trip')).body).not.toHaveProperty('canary');
  });

  it('archives those who are inside, and nobody who enters what is published after it', async () => {
    await publish('one');
    await leave(1);
    const { body } = await post('archive', { inFlight: 'exit' }).expect(200);
    const found = await api.store.operations.find(mine.ws, (body as { operations: string[] }).operations[0]!);
    const { task } = found?.operation.input as { task: RunTask };
    expect(task).toEqual({ do: 'exit', reason: 'archived', upTo: 1 });
  });
});

import request from 'supertest';
import type { Operation } from '../../../domain/operations/operation';
import { sendBatch, useTestApi, useWorkspace } from '../../../testing/test-api';
import { createRetention } from './retention';

const api = useTestApi();
const workspace = useWorkspace(api, beforeEach);

const day = 86_400_000;
const ago = (days: number): number => Date.now() - days * day;
const collection = (name: string) => api.store.connection.db.collection(name);
const countOf = (name: string): Promise<number> => collection(name).countDocuments({ ws: workspace.ws });

const begin = () =>
  ({
    ...{ id: 'op_1', kind: 'retention', status: 'running', progress: { done: 0 }, startedBy: 'clock' },
    ...{ input: {}, createdAt: Date.now() },
  }) as unknown as Operation;
const step = async (operation: Operation): Promise<Operation> => {
  const retention = createRetention({ store: api.store, outbox: { carryOut: async () => undefined } });
  const { ws } = workspace;
  return {
    ...operation,
    ...(await retention.step({ ws, operation, signal: new AbortController().signal, now: Date.now() })),
  };
};
async function carryOut(from: Operation): Promise<void> {
  let operation = from;
  while (operation.result === undefined) operation = await step(operation);
}
const keep = (policy: object) =>
  request(api.app).put('/v1/policies/retention').auth(workspace.apiKey, { type: 'bearer' }).send(policy).expect(200);

async function haveRefusedEvent(days: number): Promise<void> {
  await sendBatch(api.app, workspace.secretKey, [{ type: 'track', userId: 'ann' }]).expect(200);
  await collection('deadLetters').updateMany({ ws: workspace.ws }, { $set: { at: ago(days) } });
}

describe('what imports asked for', () => {
  const post = () =>
    request(api.app)
      .post('/v1/imports')
      .auth(workspace.apiKey, { type: 'bearer' })
      .send({ mapping: { columns: { id: { to: 'identifier', type: 'user_id' } } } })
      .expect(201);
  const put = (id: string) =>
    request(api.app)
      .put(`/v1/imports/${id}/file`)
      .auth(workspace.apiKey, { type: 'bearer' })
      .type('text/csv')
      .send('id\nu1\n')
      .expect(202);

  it('goes with its operation, and stays while that runs', async () => {
    const ids: string[] = [];
    for (let n = 0; n < 2; n += 1) {
      const { body } = await post();
      ids.push((body as { id: string }).id);
      await put(ids[n]!);
    }
    const [ended, running] = ids as [string, string];
    await api.store.operations.end(workspace.ws, ended, { status: 'cancelled' }, Date.now());
    await collection('operations').updateMany({ ws: workspace.ws }, { $set: { createdAt: ago(100) } });
    await keep({ operations: 90 });
    await carryOut(begin());
    expect(await api.store.imports.find(workspace.ws, ended)).toBeUndefined();
    expect(await api.store.imports.find(workspace.ws, running)).toMatchObject({ id: running });
  });

  it('goes by itself when no file is sent for it, and not once there is one', async () => {
    const { body } = await post();
    const { id } = body as { id: string };
    const [waiting] = await collection('imports').find({ ws: workspace.ws }).toArray();
    expect(waiting?.['expiresAt']).toBeInstanceOf(Date);
    await put(id);
    const [taken] = await collection('imports').find({ ws: workspace.ws }).toArray();
    expect(taken?.['expiresAt']).toBeUndefined();
    const indexes = await collection('imports').indexes();
    expect(indexes).toContainEqual(expect.objectContaining({ key: { expiresAt: 1 }, expireAfterSeconds: 0 }));
  });
});

describe('a policy that is changed while its operation runs', () => {
  it.each([
    ['lengthened', { deadLetters: 365 }, 1],
    ['taken away', {}, 1],
    ['shortened', { deadLetters: 20 }, 0],
    ['left as it is', { deadLetters: 30 }, 0],
  ])('counts as it stands at each step: %s', async (_, changed, left) => {
    await keep({ deadLetters: 30 });
    await haveRefusedEvent(100);
    const begun = await step(begin());
    await keep(changed);
    await carryOut(begun);
    expect(await countOf('deadLetters')).toBe(left);
  });

  it('clears what was left of people whom the step before forgot', async () => {
    await keep({ anonymousProfiles: 30 });
    const at = new Date(ago(100)).toISOString();
    await sendBatch(api.app, workspace.secretKey, [
      { type: 'track', event: 'Viewed', anonymousId: 'a1', timestamp: at },
    ]);
    await api.catchUp(workspace.ws);
    await collection('events').updateMany({ ws: workspace.ws }, { $set: { receivedAt: ago(100) } });
    let operation = begin();
    while ((operation.cursor as { chosen?: unknown } | undefined)?.chosen === undefined)
      operation = await step(operation);
    jest.spyOn(api.store.profiles, 'removeTombstones').mockRejectedValueOnce(new Error('killed'));
    await expect(step(operation)).rejects.toThrow('killed');
    await keep({});
    await carryOut(operation);
    expect([await countOf('profiles'), await countOf('events')]).toEqual([0, 0]);
  });
});

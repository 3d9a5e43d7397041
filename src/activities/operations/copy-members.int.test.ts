import request from 'supertest';
import type { Operation } from '../../domain/operations/operation';
import { sendBatch, useTestApi, useWorkspace } from '../../testing/test-api';
import { createMemberCopy } from './copy-members';

const api = useTestApi();
const mine = useWorkspace(api, beforeEach);

const signal = new AbortController().signal;
const kindOf = (backlog = 10_000) => createMemberCopy({ store: api.store, backlog, ringIntake: () => undefined }, 20);
const call = (method: 'get' | 'put' | 'post' | 'delete', path: string) =>
  request(api.app)[method](path).auth(mine.apiKey, { type: 'bearer' });
const sizeOf = async (key: string): Promise<number> =>
  ((await call('get', `/v1/audiences/${key}`).expect(200)).body as { size: number }).size;

async function begin(count: number): Promise<Operation> {
  await call('put', '/v1/audiences/gold')
    .send({ name: 'Gold', rule: { trait: 'tier', is: 'set' } })
    .expect(200);
  await call('put', '/v1/audiences/picked').send({ name: 'Picked', kind: 'manual' }).expect(200);
  const batch = Array.from({ length: count }, (_, n) => ({ type: 'identify', userId: `u${n}`, traits: { tier: 1 } }));
  await sendBatch(api.app, mine.secretKey, batch).expect(200);
  await api.catchUp(mine.ws);
  const { body } = await call('post', '/v1/audiences/picked/members/copy').send({ from: 'gold' }).expect(202);
  const stored = await api.store.operations.find(mine.ws, body.id as string);
  if (!stored) throw new Error('no operation');
  return stored.operation;
}

describe('a copy of members', () => {
  it('goes page by page, says how far it is, and ends when the last of them is in', async () => {
    const operation = await begin(24);
    const kind = kindOf();
    const first = await kind.step({ ws: mine.ws, operation, signal, now: Date.now() });
    expect(first).toMatchObject({ progress: { done: 20, total: 24 } });
    // The worker was killed before the step was taken down.
    await kind.step({ ws: mine.ws, operation, signal, now: Date.now() });
    await api.catchUp(mine.ws);
    const waiting = kind.step({ ws: mine.ws, operation: { ...operation, ...first }, signal, now: Date.now() });
    const taken = (async () => {
      while ((await sizeOf('picked')) < 24) await api.catchUp(mine.ws);
    })();
    const [end] = await Promise.all([waiting, taken]);
    expect(end).toMatchObject({ progress: { done: 24, total: 24 }, result: { copied: 24, skipped: 0 } });
    expect(await sizeOf('picked')).toBe(24);
  });

  it('is as of when it was asked for: who was taken out since stays out', async () => {
    const operation = await begin(2);
    const { id } = (await call('get', '/v1/profiles/user_id:u0').expect(200)).body;
    jest.spyOn(api.deps, 'ringIntake').mockImplementationOnce((ws) => void api.catchUp(ws));
    await call('post', '/v1/audiences/picked/members')
      .send({ remove: [id] })
      .expect(200);
    const { cursor } = (await kindOf().step({ ws: mine.ws, operation, signal, now: Date.now() })) as Partial<Operation>;
    await api.catchUp(mine.ws);
    expect(cursor).toMatchObject({ isOver: true });
    const { data } = (await call('get', '/v1/audiences/picked/members').expect(200)).body;
    expect(data).toHaveLength(1);
    expect(data[0].profileId).not.toBe(id);
  });

  it('puts nobody anywhere once its audience is deleted', async () => {
    const operation = await begin(2);
    await call('delete', '/v1/audiences/picked').expect(204);
    await call('put', '/v1/audiences/picked').send({ name: 'Picked', kind: 'manual' }).expect(200);
    await kindOf().step({ ws: mine.ws, operation, signal, now: Date.now() });
    await api.catchUp(mine.ws);
    expect(await sizeOf('picked')).toBe(0);
  });
});

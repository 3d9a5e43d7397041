import { randomUUID } from 'node:crypto';
import request, { type Test } from 'supertest';
import { testLimits, testRootKey, useTestApi, useWorkspace } from '../testing/test-api';
import { isIngestion } from './route';
import { routes } from './routes';

jest.setTimeout(60_000);

let now = Date.now();
const api = useTestApi({ clock: () => now });
const workspace = useWorkspace(api);

const post = (path: string, idempotencyKey: string, body: object, key = workspace.apiKey): Test =>
  request(api.app).post(path).auth(key, { type: 'bearer' }).set('Idempotency-Key', idempotencyKey).send(body);
const newKey = { name: 'shop', kind: 'secret' };
const keysOf = async () => (await api.store.keys.list(workspace.ws)).length;

describe('a POST with an Idempotency-Key', () => {
  it('is carried out once, and answered as the first time', async () => {
    const before = await keysOf();
    const name = randomUUID();
    const first = await post('/v1/keys', name, newKey).expect(201);
    const again = await post('/v1/keys', name, newKey).expect(201);
    expect(again.body).toEqual(first.body);
    expect([first.headers['idempotency-replayed'], again.headers['idempotency-replayed']]).toEqual([undefined, 'true']);
    expect(await keysOf()).toBe(before + 1);
  });

  it('is carried out once when several are sent at the same time', async () => {
    const before = await keysOf();
    const name = randomUUID();
    const answers = await Promise.all(Array.from({ length: 8 }, () => post('/v1/keys', name, newKey)));
    const statuses = answers.map(({ status }) => status);
    expect(statuses).toContain(201);
    expect(statuses.every((status) => status === 201 || status === 409)).toBe(true);
    expect(await keysOf()).toBe(before + 1);
  });

  it('is refused when the key was used for another body', async () => {
    const name = randomUUID();
    await post('/v1/keys', name, newKey).expect(201);
    const { body } = await post('/v1/keys', name, { ...newKey, name: 'other' }).expect(422);
    expect(body).toMatchObject({ type: 'urn:heddle:problem:idempotency-key-reused' });
  });

  it('is another request of another key, workspace or path', async () => {
    const name = randomUUID();
    const other = await api.createWorkspace();
    await post('/v1/keys', name, newKey).expect(201);
    const answer = await post('/v1/keys', name, newKey, other.apiKey).expect(201);
    expect(answer.headers['idempotency-replayed']).toBeUndefined();
    await post('/v1/workspaces', name, { name: 'Third' }, testRootKey).expect(201);
    expect((await post('/v1/workspaces', name, { name: 'Third' }, testRootKey)).headers['idempotency-replayed']).toBe(
      'true',
    );
  });

  it('may be tried again after a failure, and is forgotten after a day', async () => {
    const name = randomUUID();
    await post('/v1/keys', name, { ...newKey, kind: 'management' }).expect(400);
    await post('/v1/keys', name, newKey).expect(201);
    now += testLimits.idempotencyHours * 3_600_000 + 1;
    expect((await post('/v1/keys', name, newKey).expect(201)).headers['idempotency-replayed']).toBeUndefined();
  });

  it('is not carried out again when its answer could not be kept', async () => {
    const before = await keysOf();
    const name = randomUUID();
    const keep = jest.spyOn(api.store.idempotency, 'keep').mockRejectedValueOnce(new Error('the store is away'));
    await post('/v1/keys', name, newKey).expect(201);
    keep.mockRestore();
    now += 3_600_000;
    const { body } = await post('/v1/keys', name, newKey).expect(409);
    expect(body.detail).toContain('answer is lost');
    expect(await keysOf()).toBe(before + 1);
  });

  it.each(['', 'two words', 'x'.repeat(256)])('is refused when the key is "%s"', async (name) => {
    const { body } = await post('/v1/keys', name, newKey).expect(400);
    expect(body.detail).toContain('Idempotency-Key');
  });

  it('leaves no secret to read in the database', async () => {
    const { body } = await post('/v1/keys', randomUUID(), newKey).expect(201);
    const docs = await api.store.connection.db.collection('idempotency').find().toArray();
    expect(JSON.stringify(docs)).not.toContain(body.key);
  });
});

const posts = routes.filter(({ method }) => method === 'post');

describe('every POST', () => {
  it.each(posts.map((route) => [route.path, route] as const))(
    'looks at the key where it must: %s',
    async (path, route) => {
      const { access } = route;
      const key = 'door' in access && access.door === 'root' ? testRootKey : workspace.apiKey;
      const { status, body } = await post(path.replace(/\{\w+\}/g, 'none'), 'no key', {}, key);
      const isLookedAt = status === 400 && String(body.detail).includes('Idempotency-Key');
      expect([path, isLookedAt]).toEqual([path, !route.isIdempotent]);
    },
  );

  it('that changes something looks at it, except for events, which have a messageId', () => {
    const without = posts.filter(({ isIdempotent }) => isIdempotent).map(({ path }) => path);
    expect(without.filter((path) => !isEvents(path)).sort()).toEqual([
      '/v1/audiences/{key}/preview',
      '/v1/journeys/{key}/lint',
      '/v1/webhooks/{workspace}/{source}',
    ]);
  });
});

const isEvents = (path: string): boolean => posts.some((route) => route.path === path && isIngestion(route));

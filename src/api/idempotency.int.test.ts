import { randomUUID } from 'node:crypto';
import request, { type Test } from 'supertest';
import { renewEveryMs } from '../store/idempotency';
import { until } from '../testing/system';
import { testLimits, testRootKey, useTestApi, useWorkspace } from '../testing/test-api';
import { isIngestion } from './route';
import { routes } from './routes';

let now = Date.now();
const api = useTestApi({ clock: () => now });
const workspace = useWorkspace(api);

const post = (path: string, idempotencyKey: string, body: object, key = workspace.apiKey): Test =>
  request(api.app).post(path).auth(key, { type: 'bearer' }).set('Idempotency-Key', idempotencyKey).send(body);
const newKey = { name: 'shop', kind: 'secret' };
const timersButIntervals = [
  ...(['Date', 'hrtime', 'nextTick', 'performance', 'queueMicrotask'] as const),
  ...(['setImmediate', 'clearImmediate', 'setTimeout', 'clearTimeout'] as const),
];
/** The next key is made only when it may. */
function holdNextKey() {
  let mayEnd = (): void => undefined;
  const allowed = new Promise<void>((resolve) => (mayEnd = resolve));
  const create = api.store.keys.create.bind(api.store.keys);
  const created = jest.spyOn(api.store.keys, 'create').mockImplementationOnce(async (...of) => {
    await allowed;
    return create(...of);
  });
  const hasBegun = () => until(async () => created.mock.calls.length > 0 || undefined, 'the request to begin');
  return { hasBegun, mayEnd };
}
const wasSaidAliveAt = async (aliveAt: number) =>
  (await api.store.connection.db.collection('idempotency').findOne({ aliveAt })) ?? undefined;
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

  it('is under way for as long as it takes, however often it is sent again meanwhile', async () => {
    jest.useFakeTimers({ doNotFake: [...timersButIntervals] });
    const before = await keysOf();
    const name = randomUUID();
    const { hasBegun, mayEnd } = holdNextKey();
    const first = post('/v1/keys', name, newKey).expect(201);
    const answered = first.then(({ body }) => body as object);
    await hasBegun();
    for (let minutes = 0; minutes < 5; minutes += 1) {
      now += 50_000;
      jest.advanceTimersByTime(renewEveryMs);
      await until(() => wasSaidAliveAt(now), 'the claim to be renewed');
      await post('/v1/keys', name, newKey).expect(409);
    }
    jest.useRealTimers();
    mayEnd();
    const again = await answered.then(() => post('/v1/keys', name, newKey).expect(201));
    expect(again.body).toEqual(await answered);
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

describe('the claim of a request', () => {
  const minute = 60_000;
  it.each([
    ['is held by a try of which one has just heard', [], minute - 1, 'under-way'],
    ['is taken over from one that was never heard of again', [], minute, 'ours'],
    ['is held by one that has said so since', [minute - 1], 2 * minute - 2, 'under-way'],
    ['is taken over from one that says so no longer', [minute - 1], 2 * minute - 1, 'ours'],
  ] as const)('%s', async (_, renewedAfter, askedAfter, claim) => {
    const { idempotency } = api.store;
    const name = { principal: workspace.ws, what: 'post /v1/keys', key: randomUUID() };
    const claimAt = (at: number) => idempotency.claim(name, newKey, { now: at, keepMs: 3_600_000 });
    expect(await claimAt(now)).toBe('ours');
    for (const after of renewedAfter) await idempotency.renew(name, now, now + after);
    expect(await claimAt(now + askedAfter)).toBe(claim);
    // Whoever was taken for dead renews and keeps nothing of the new try's.
    await idempotency.renew(name, now, now + askedAfter + minute);
    await idempotency.keep(name, now, { status: 201 });
    if (claim === 'ours') expect(await claimAt(now + askedAfter + 1)).toBe('under-way');
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
    const without = posts.filter(({ isIdempotent }) => isIdempotent);
    expect(without.filter(isIngestion)).toEqual(posts.filter(isIngestion));
    expect(
      without
        .filter((route) => !isIngestion(route))
        .map(({ path }) => path)
        .sort(),
    ).toEqual([
      ...['/v1/audiences/{key}/preview', '/v1/journeys/{key}/lint', '/v1/journeys/{key}/publish-preview'],
      '/v1/webhooks/{workspace}/{source}',
    ]);
  });
});

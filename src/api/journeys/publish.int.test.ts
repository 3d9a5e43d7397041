import request from 'supertest';
import { sendBatch, useTestApi, useWorkspace } from '../../testing/test-api';

const api = useTestApi();
const mine = useWorkspace(api, beforeEach);

const call = (method: 'get' | 'put' | 'post', path: string, key = mine.apiKey) =>
  request(api.app)[method](path).auth(key, { type: 'bearer' });
const post = (verb: string, body: object = {}, key = mine.apiKey) =>
  call('post', `/v1/journeys/trip/${verb}`, key).send(body);
const rest = { type: 'wait', for: '2h', next: 'bye' };

async function draft(steps: object, entry: object = { on: { event: 'Left' } }): Promise<void> {
  const start = Object.keys(steps)[0];
  await call('put', '/v1/journeys/trip')
    .send({ name: 'Trip', entry, start, steps: { ...steps, bye: { type: 'exit' } } })
    .expect(200);
}
async function leave(from: number, count: number): Promise<void> {
  const batch = Array.from({ length: count }, (_, n) => ({ type: 'track', event: 'Left', userId: `u${from + n}` }));
  await sendBatch(api.app, mine.secretKey, batch).expect(200);
  await api.catchUp(mine.ws);
}
const operationsOf = async (body: unknown) =>
  Promise.all(
    (body as { operations: string[] }).operations.map(
      async (id) => (await api.store.operations.find(mine.ws, id))?.operation,
    ),
  );
async function anotherKey(): Promise<string> {
  const { body } = await call('post', '/v1/keys')
    .send({ name: 'second', kind: 'management', scopes: ['journeys:*'] })
    .expect(201);
  return (body as { key: string }).key;
}
const versionsInside = async () =>
  (await api.store.enrollments.standing(mine.ws, 'trip')).map(({ version, count }) => `${version}: ${count}`);

describe('publishing over people inside', () => {
  beforeEach(async () => {
    await draft({ rest });
    await post('publish').expect(200);
    await leave(0, 3);
  });

  it('shows whom it reaches, and refuses a step without a counterpart by name', async () => {
    await draft({ pause: rest });
    const { body } = await post('publish-preview', { inFlight: 'migrate' }).expect(200);
    expect(body).toMatchObject({ affected: 3, moved: 3, needsApproval: false, versions: [{ version: 1, inside: 3 }] });
    expect(body.versions[0].steps).toContainEqual({ step: 'rest', inside: 3 });
    expect(body.faults).toMatchObject([{ pointer: '/stepMap/rest' }]);
    const refused = await post('publish', { inFlight: 'migrate' }).expect(400);
    expect(refused.body.errors).toMatchObject([{ pointer: '/stepMap/rest' }]);
    await post('publish', { inFlight: 'migrate', stepMap: { rest: 'nowhere' } }).expect(400);
    expect((await call('get', '/v1/journeys/trip')).body).toMatchObject({ publishedVersion: 1 });
  });

  it('has an operation move them, as it was asked', async () => {
    await draft({ pause: rest });
    const { body } = await post('publish', { inFlight: 'migrate', stepMap: { rest: 'pause' }, perSecond: 7 }).expect(
      200,
    );
    expect(body).toMatchObject({ publishedVersion: 2, operations: [expect.stringMatching(/^op_/)] });
    expect(await operationsOf(body)).toMatchObject([
      { kind: 'journey-runs', input: { perSecond: 7, task: { do: 'migrate', to: 2, stepMap: { rest: 'pause' } } } },
    ]);
    expect((await post('publish').expect(409)).body.detail).toContain('no draft');
  });

  it('is refused when more are affected than somebody expected', async () => {
    await draft({ rest });
    await post('publish', { inFlight: 'exit', expect: { affected: 2 } }).expect(409);
    await post('publish', { inFlight: 'exit', expect: { affected: 3 } }).expect(200);
  });

  it('waits for another key above the limit, and for another draft not at all', async () => {
    await leave(100, 98);
    await draft({ rest });
    const asked = await post('publish', { inFlight: 'exit' }).expect(202);
    expect(asked.body).toMatchObject({
      publishedVersion: 1,
      awaitingApproval: { change: 'publish', affected: 101 },
      operations: [],
    });
    await post('approve').expect(403);
    const key = await anotherKey();
    await draft({ rest });
    await post('approve', {}, key).expect(409);
    await post('publish', { inFlight: 'exit' }).expect(202);
    const approved = await post('approve', {}, key).expect(200);
    expect(approved.body).toMatchObject({ publishedVersion: 2, operations: [expect.any(String)] });
    expect(approved.body).not.toHaveProperty('awaitingApproval');
    await post('approve', {}, key).expect(409);
  });
});

describe('an end of many', () => {
  beforeEach(async () => {
    await draft({ rest });
    await post('publish').expect(200);
    await leave(0, 101);
  });

  it('by archiving waits for another key, and draining does not', async () => {
    const asked = await post('archive', { inFlight: 'exit' }).expect(202);
    expect(asked.body).toMatchObject({
      status: 'published',
      awaitingApproval: { change: 'archive', affected: 101 },
      operations: [],
    });
    await post('approve').expect(403);
    const approved = await post('approve', {}, await anotherKey()).expect(200);
    expect(approved.body).toMatchObject({ status: 'archived', operations: [expect.any(String)] });
    expect(approved.body).not.toHaveProperty('awaitingApproval');
  });

  it('by archiving forgets what else waits for a key: nobody brings it back by approving that', async () => {
    await draft({ rest, bye: { type: 'exit' } });
    await post('publish', { inFlight: 'exit' }).expect(202);
    await post('archive').expect(200);
    await post('approve', {}, await anotherKey()).expect(409);
  });

  it('by archiving may be asked for of those who drain, too', async () => {
    await post('archive').expect(200);
    await post('archive', { inFlight: 'exit' }).expect(202);
    const approved = await post('approve', {}, await anotherKey()).expect(200);
    expect(await operationsOf(approved.body)).toMatchObject([{ input: { task: { do: 'exit', reason: 'archived' } } }]);
  });

  it('of whom a pause has kept waits for another key, and letting them go on does not', async () => {
    await post('pause').expect(200);
    const kept = jest.spyOn(api.store.enrollments, 'kept').mockResolvedValue(101);
    const asked = await post('resume', { overdue: 'exit' }).expect(202);
    expect(asked.body).toMatchObject({ status: 'paused', awaitingApproval: { change: 'resume', affected: 101 } });
    const approved = await post('approve', {}, await anotherKey()).expect(200);
    expect(await operationsOf(approved.body)).toMatchObject([{ input: { task: { do: 'release', how: 'exit' } } }]);
    expect(approved.body).not.toHaveProperty('awaitingApproval');
    await post('pause').expect(200);
    expect((await post('resume').expect(200)).body).toMatchObject({ status: 'published' });
    kept.mockRestore();
    await post('archive').expect(200);
  });
});

describe('a version that is tried', () => {
  beforeEach(async () => {
    await draft({ rest });
    await post('publish', { canary: { percent: 10 } }).expect(409);
    await post('publish').expect(200);
    await draft({ rest });
    await post('publish', { canary: { percent: 10 }, inFlight: 'exit' }).expect(400);
    const { body } = await post('publish', { canary: { percent: 50 } }).expect(200);
    expect(body).toMatchObject({ publishedVersion: 2, canary: { percent: 50, former: 1 } });
  });

  it('is entered by its share of people, and by all once the trial is over', async () => {
    await leave(0, 40);
    const [former, tried] = (await api.store.enrollments.standing(mine.ws, 'trip')).map(({ count }) => count);
    expect(former! + tried!).toBe(40);
    expect(Math.min(former!, tried!)).toBeGreaterThan(5);
    expect((await post('canary', { percent: 100 }).expect(200)).body).not.toHaveProperty('canary');
    await leave(100, 10);
    expect(await versionsInside()).toEqual([`1: ${former}`, `2: ${tried! + 10}`]);
    await post('canary', { percent: 20 }).expect(409);
    const { body } = await call('get', '/v1/journeys/trip/funnel?version=2').expect(200);
    expect(body).toMatchObject({ entered: tried! + 10, steps: [{ step: 'rest', waiting: tried! + 10 }, {}] });
  });

  it('is entered by nobody any more once it is rolled back, and those inside exit where that is asked', async () => {
    await post('canary', { percent: 99 }).expect(200);
    await leave(0, 20);
    const { body } = await post('rollback', { inFlight: 'exit' }).expect(200);
    expect(body).toMatchObject({ canary: { percent: 0, former: 1 }, operations: [expect.any(String)] });
    expect(await operationsOf(body)).toMatchObject([
      { input: { task: { do: 'exit', reason: 'rolled-back', only: 2 } } },
    ]);
    const before = await versionsInside();
    await leave(100, 20);
    expect((await versionsInside()).at(-1)).toBe(before.at(-1));
    await draft({ rest });
    expect((await post('publish').expect(200)).body).toMatchObject({ publishedVersion: 3 });
    expect((await call('get', '/v1/journeys/trip')).body).not.toHaveProperty('canary');
  });
});

describe('enrolling present members', () => {
  beforeEach(async () => {
    await call('put', '/v1/audiences/gold')
      .send({ name: 'Gold', rule: { trait: 'tier', is: 'set' } })
      .expect(200);
    await sendBatch(api.app, mine.secretKey, [{ type: 'identify', userId: 'u1', traits: { tier: 1 } }]).expect(200);
    await api.catchUp(mine.ws);
  });

  it('is asked with the publication, or later, and says whom first', async () => {
    await draft({ rest }, { on: { audience: 'gold', edge: 'entered' } });
    const { body } = await post('publish', { enrollExisting: true }).expect(200);
    const input = { journey: 'trip', audience: 'gold', perSecond: 100 };
    expect(await operationsOf(body)).toMatchObject([{ kind: 'journey-enrol', input }]);
    const plan = await post('enrol-existing', { dryRun: true }).expect(200);
    expect(plan.body).toMatchObject({ operations: [], plan: { audience: 'gold', members: 1, needsApproval: false } });
    const begun = await post('enrol-existing', { perSecond: 3 }).expect(200);
    expect(await operationsOf(begun.body)).toMatchObject([{ input: { ...input, perSecond: 3 } }]);
  });

  it('needs an audience where the entry has none, and a journey that people enter', async () => {
    await draft({ rest });
    await post('enrol-existing').expect(409);
    await post('publish', { enrollExisting: true }).expect(400);
    await post('publish').expect(200);
    await post('enrol-existing').expect(400);
    await post('enrol-existing', { audience: 'none' }).expect(400);
    await post('enrol-existing', { audience: 'gold' }).expect(200);
    await post('pause').expect(200);
    await post('enrol-existing', { audience: 'gold' }).expect(409);
  });
});

import request from 'supertest';
import { sendBatch, useTestApi, useWorkspace } from '../../../testing/test-api';

const picked = { name: 'Picked', kind: 'manual' };
const gold = { name: 'Gold', rule: { trait: 'tier', is: 'equals', value: 'gold' } };

/** One after another, as the intake of a workspace is. */
let applying = Promise.resolve();
const api = useTestApi({ ringIntake: (ws) => void (applying = applying.then(() => api.catchUp(ws))) });
const workspace = useWorkspace(api, beforeEach);
afterEach(() => applying);

const call = (method: 'get' | 'put' | 'post' | 'delete', path: string, key = workspace.apiKey) =>
  request(api.app)[method](path).auth(key, { type: 'bearer' });
const put = (key: string, body: object) => call('put', `/v1/audiences/${key}`).send(body);
const change = (body: object, key = 'picked') => call('post', `/v1/audiences/${key}/members`).send(body);
async function meet(...users: string[]): Promise<void> {
  const batch = users.map((userId) => ({ type: 'identify', userId, traits: { email: `${userId}@example.com` } }));
  await sendBatch(api.app, workspace.secretKey, batch).expect(200);
  await settle();
}
async function settle(): Promise<void> {
  await applying;
  await api.catchUp(workspace.ws);
}
const audience = async (key = 'picked') => (await call('get', `/v1/audiences/${key}`).expect(200)).body as object;
const idOf = async (ref: string): Promise<string> =>
  ((await call('get', `/v1/profiles/${ref}`).expect(200)).body as { id: string }).id;
const audiencesOf = async (ref: string): Promise<string[]> =>
  ((await call('get', `/v1/profiles/${ref}`).expect(200)).body.audiences as { key: string }[]).map(({ key }) => key);

describe('a manual audience', () => {
  it('is saved without a rule, has versions, and is rolled back', async () => {
    const { body } = await put('picked', picked).expect(200);
    expect(body).toMatchObject({ ...picked, version: 1, size: 0 });
    expect(body).not.toHaveProperty('rule');
    await put('picked', { ...picked, name: 'Chosen' }).expect(200);
    await meet('ann');
    await change({ add: ['user_id:ann'] }).expect(200);
    const { body: back } = await call('post', '/v1/audiences/picked/rollback').send({ version: 1 }).expect(200);
    expect(back).toMatchObject({ ...picked, version: 3 });
    const { body: versions } = await call('get', '/v1/audiences/picked/versions').expect(200);
    expect(versions.data[0]).toMatchObject({ ...picked, changes: [{ pointer: '/name' }] });
    await settle();
    expect(await audience()).toMatchObject({ size: 1, status: 'ready' });
  });

  it.each([
    ['a rule beside it', { ...picked, rule: gold.rule }, /Leave "rule" out/],
    ['a live one without a rule', { name: 'Live' }, /"kind": "manual"/],
    ['a rule on a list, as ours are stored', { name: 'x', rule: { list: 'picked@1' } }, /exactly one of/],
  ])('refuses %s, saying what to do', async (_, definition, remedy) => {
    const { body } = await put('picked', definition).expect(400);
    expect(body.errors).toMatchObject([{ pointer: '/rule', message: expect.stringMatching(remedy) }]);
  });

  it('stays of its kind, and a live one takes nobody by hand', async () => {
    await put('picked', picked).expect(200);
    await put('gold', gold).expect(200);
    expect((await put('picked', gold).expect(409)).body.detail).toContain('is manual, and stays so');
    expect((await put('gold', picked).expect(409)).body.detail).toContain('is live');
    expect((await change({ add: ['user_id:ann'] }, 'gold').expect(409)).body.detail).toContain('its rule decides');
    await change({ add: ['user_id:ann'] }, 'nobody').expect(404);
  });
});

describe('POST /v1/audiences/{key}/members', () => {
  beforeEach(async () => {
    await put('picked', picked);
    await meet('ann', 'bob');
  });

  it('puts in and takes out whom it names, once, and says which references name nobody', async () => {
    const { body } = await change({ add: ['user_id:ann', 'email:bob@example.com', 'user_id:eve', 'prf_none'] }).expect(
      200,
    );
    expect(body).toMatchObject({ added: 2, removed: 0, unknown: [{ pointer: '/add/2' }, { pointer: '/add/3' }] });
    await change({ add: [await idOf('user_id:ann'), 'user_id:bob'] }).expect(200);
    expect(await audience()).toMatchObject({ size: 2 });
    const stays = async () =>
      ((await call('get', '/v1/profiles/user_id:ann/audiences').expect(200)).body as { data: object[] }).data;
    expect(await stays()).toHaveLength(1);
    await change({ add: ['user_id:bob'], remove: ['user_id:ann', 'email:bob@example.com'] }).expect(200);
    expect(await audience()).toMatchObject({ size: 0 });
    expect(await stays()).toMatchObject([{ key: 'picked', exitedAt: expect.any(String) }]);
  });

  it('is followed by audiences that refer to it, and leaves no trait behind', async () => {
    await put('others', { name: 'Others', rule: { not: { audience: 'picked' } } }).expect(200);
    await settle();
    await change({ add: ['user_id:ann'] }).expect(200);
    expect(await audiencesOf('user_id:ann')).toEqual(['picked']);
    expect(await audiencesOf('user_id:bob')).toEqual(['others']);
    const { body } = await call('get', '/v1/profiles/user_id:ann').expect(200);
    expect(body.traits).toEqual({ email: 'ann@example.com' });
    expect(JSON.stringify(body)).not.toContain('picked@');
  });

  it('takes at most as many references as a batch may have events', async () => {
    const add = Array.from({ length: api.deps.limits.maxBatchEvents + 1 }, () => 'user_id:ann');
    expect((await change({ add }).expect(413)).body.detail).toContain('import a file');
  });

  it('needs the scope audiences:write, and sees its own workspace alone', async () => {
    const reader = { name: 'r', kind: 'management' as const, scopes: ['audiences:read'], source: 'test', createdAt: 0 };
    const { text: key } = await api.store.keys.create(workspace.ws, 'dev', reader);
    await call('post', '/v1/audiences/picked/members', key)
      .send({ add: ['user_id:ann'] })
      .expect(403);
    const other = await api.createWorkspace();
    await call('post', '/v1/audiences/picked/members', other.apiKey)
      .send({ add: ['user_id:ann'] })
      .expect(404);
    const annOfThis = await idOf('user_id:ann');
    await request(api.app).put('/v1/audiences/picked').auth(other.apiKey, { type: 'bearer' }).send(picked).expect(200);
    const { body } = await call('post', '/v1/audiences/picked/members', other.apiKey)
      .send({ add: ['user_id:ann', annOfThis] })
      .expect(200);
    expect(body).toMatchObject({ added: 0, unknown: [{ pointer: '/add/0' }, { pointer: '/add/1' }] });
  });

  it('is not to be had by what anybody sends', async () => {
    const listing = { list: 'picked@1', isOn: true, at: 0 };
    const event = { type: 'identify', userId: 'ann', traits: { listing, lists: { 'picked@1': listing } }, listing };
    for (const key of [workspace.secretKey, workspace.publicKey])
      await sendBatch(api.app, key, [event, { ...event, context: { listing } }]).expect(200);
    await settle();
    expect(await audience()).toMatchObject({ size: 0 });
  });

  it('is survived by nobody once the audience is deleted: one of that key begins empty', async () => {
    await change({ add: ['user_id:ann'] }).expect(200);
    await call('delete', '/v1/audiences/picked').expect(204);
    await put('picked', picked).expect(200);
    await settle();
    expect(await audience()).toMatchObject({ size: 0, version: 2 });
    await change({ add: ['user_id:bob'] }).expect(200);
    await call('post', '/v1/audiences/picked/rollback').send({ version: 1 }).expect(200);
    await settle();
    expect(await audience()).toMatchObject({ size: 1 });
  });
});

describe('what is asked of a manual audience', () => {
  beforeEach(async () => {
    await put('picked', picked);
    await put('others', { name: 'Others', rule: { not: { audience: 'picked' } } });
    await meet('ann', 'bob');
    await change({ add: ['user_id:ann'] }).expect(200);
  });

  it('is explained by when it was said, and that it was by hand', async () => {
    const explain = async (who: string) =>
      (await call('get', `/v1/audiences/picked/explain?profile=user_id:${who}`).expect(200)).body as {
        parts: object[];
      };
    expect(await explain('ann')).toMatchObject({
      ...{ isMember: true, matches: true, nearest: [''] },
      parts: [{ kind: 'manual', matches: true, actual: { by: 'hand', isIn: true, at: expect.any(String) } }],
    });
    expect(await explain('bob')).toMatchObject({ isMember: false, matches: false, parts: [{ kind: 'manual' }] });
    expect((await explain('ann')).parts[0]).not.toHaveProperty('condition');
  });

  it('is previewed as of now, also by rules that refer to it, and refused of the past', async () => {
    const preview = (key: string, body: object) => call('post', `/v1/audiences/${key}/preview`).send(body);
    expect((await preview('picked', {}).expect(200)).body).toMatchObject({ count: 1 });
    expect((await preview('others', {}).expect(200)).body).toMatchObject({ count: 1 });
    const asOf = new Date(Date.now() - 60_000).toISOString();
    for (const key of ['picked', 'others'])
      expect((await preview(key, { asOf }).expect(400)).body.detail).toContain('as of now only');
    const past = await call('get', `/v1/audiences/others/explain?profile=user_id:ann&at=${asOf}`).expect(400);
    expect(past.body.detail).toContain('/history');
    const { body } = await call('get', '/v1/audiences/picked/history?points=2').expect(200);
    expect((body.data as object[]).at(-1)).toMatchObject({ size: 1 });
  });
});

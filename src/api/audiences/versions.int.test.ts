import request from 'supertest';
import { sendBatch, useTestApi, useWorkspace } from '../../testing/test-api';

const gold = { trait: 'tier', is: 'equals', value: 'gold' };
const iron = { trait: 'tier', is: 'equals', value: 'iron' };

const api = useTestApi();
const workspace = useWorkspace(api, beforeEach);

const call = (method: 'get' | 'put' | 'post' | 'delete', path: string) =>
  request(api.app)[method](`/v1/audiences/${path}`).auth(workspace.apiKey, { type: 'bearer' });
const put = (rule: object, more: object = {}) =>
  call('put', 'vip')
    .send({ name: 'VIP', ...more, rule })
    .expect(200);
const versions = async (query = '') =>
  (await call('get', `vip/versions${query}`).expect(200)).body as { data: object[]; next?: string };

describe('the versions of an audience', () => {
  it('say what was saved, by which key, and what each changed', async () => {
    await put({ all: [gold] });
    await put({ all: [gold, iron] }, { labels: ['pilot'] });
    await put({ all: [gold, iron] }, { labels: ['pilot'] });
    const { data } = await versions();
    expect(data).toMatchObject([
      {
        version: 2,
        rule: { all: [gold, iron] },
        labels: ['pilot'],
        savedBy: expect.stringMatching(/^[0-9a-f]{12}$/) as string,
        changes: [
          { pointer: '/labels', to: ['pilot'] },
          { pointer: '/rule/all/1', to: iron },
        ],
      },
      { version: 1, rule: { all: [gold] } },
    ]);
    expect(data[1]).not.toHaveProperty('changes');
  });

  it('come page by page, each with what it changed', async () => {
    for (const value of [1, 2, 3]) await put({ trait: 'ltv', is: 'at_least', value });
    const first = await versions('?limit=2');
    const second = await versions(`?limit=2&cursor=${first.next}`);
    expect([...first.data, ...second.data]).toMatchObject([
      { version: 3, changes: [{ pointer: '/rule/value', from: 2, to: 3 }] },
      { version: 2, changes: [{ pointer: '/rule/value', from: 1, to: 2 }] },
      { version: 1 },
    ]);
    expect(second.next).toBeUndefined();
  });
});

describe('whether an audience is public', () => {
  it('is not, unless it says so, stands with each version, and comes back with a rollback', async () => {
    const isPublic = async () => ((await call('get', 'vip').expect(200)).body as { public: boolean }).public;
    await put(gold);
    expect(await isPublic()).toBe(false);
    await put(gold, { public: true });
    await put(gold, { public: false });
    await put(gold);
    const { data } = await versions();
    expect(data).toMatchObject([
      { version: 3, public: false, changes: [{ pointer: '/public', from: true, to: false }] },
      { version: 2, public: true, changes: [{ pointer: '/public', from: false, to: true }] },
      { version: 1, public: false },
    ]);
    await call('post', 'vip/rollback').send({ version: 2 }).expect(200);
    expect(await isPublic()).toBe(true);
  });
});

describe('a rollback', () => {
  it('saves what a version said as the next one, and people are brought to it', async () => {
    await put(gold);
    await put(iron, { description: 'less' });
    await sendBatch(api.app, workspace.secretKey, [
      { type: 'identify', userId: 'u1', traits: { tier: 'gold' } },
    ]).expect(200);
    await api.catchUp(workspace.ws);
    const { body } = await call('post', 'vip/rollback').send({ version: 1 }).expect(200);
    expect(body).toMatchObject({ version: 2, status: 'computing', next: { version: 3, rule: gold } });
    expect((body as { next: object }).next).not.toHaveProperty('description');
    expect(api.backfills.at(-1)).toBe(workspace.ws);
    expect((await versions()).data).toHaveLength(3);
    await call('post', 'vip/rollback').send({ version: 3 }).expect(200);
    expect((await versions()).data).toHaveLength(3);
  });

  it('is refused to a version that there is not, beside a newer save, and where the rule cannot be any more', async () => {
    await call('put', 'base').send({ name: 'Base', rule: gold }).expect(200);
    await put({ audience: 'base' });
    await put(iron);
    await call('post', 'vip/rollback').send({ version: 9 }).expect(404);
    await call('post', 'vip/rollback').set('If-Match', '"v1"').send({ version: 1 }).expect(412);
    await call('delete', 'base').expect(204);
    await call('post', 'vip/rollback').send({ version: 1 }).expect(400);
    expect((await versions()).data).toHaveLength(2);
  });
});

import { randomUUID } from 'node:crypto';
import { Registry } from 'prom-client';
import request, { type Response } from 'supertest';
import { createAnswerCheck } from '../../testing/check-answer';
import { until } from '../../testing/system';
import { sendBatch, testLimits, useTestApi, useWorkspace } from '../../testing/test-api';
import { createApp } from '../app';
import { documentRoutes } from '../openapi';
import { routes } from '../routes';
import { scopes } from '../scopes';

const api = useTestApi();
const workspace = useWorkspace(api, beforeEach);
const tier = (value: string) => ({ trait: 'tier', is: 'equals', value });
let browser: string;

const put = (key: string, more: object) =>
  request(api.app)
    .put(`/v1/audiences/${key}`)
    .auth(workspace.apiKey, { type: 'bearer' })
    .send({ name: key, rule: tier('gold'), ...more })
    .expect(200);
const say = async (key: string, ...events: object[]) => {
  await sendBatch(api.app, key, events).expect(200);
  await api.catchUp(workspace.ws);
};
const ask = (query: Record<string, string>, key = workspace.publicKey) =>
  request(api.app)
    .get('/v1/decide')
    .query({ writeKey: key, ...query });
const told = async (anonymous_id = browser): Promise<string[]> =>
  ((await ask({ anonymous_id }).expect(200)).body as { audiences: string[] }).audiences;
const askAs = (apiKey: string, query: Record<string, string>) =>
  request(api.app).get('/v1/decide').auth(apiKey, { type: 'bearer' }).query(query);

const gold = (who: object) => ({ type: 'identify', traits: { tier: 'gold', email: 'ann@secret.example' }, ...who });

beforeEach(async () => {
  browser = randomUUID();
  await put('vip', { public: true });
  await put('risk', {});
});

describe('a page that asks about its visitor', () => {
  it('is told the public audiences, and nothing about the person', async () => {
    await say(workspace.publicKey, gold({ anonymousId: browser }));
    const { body, headers } = await ask({ anonymous_id: browser }).set('Origin', 'https://shop.example').expect(200);
    expect(body).toEqual({ audiences: ['vip'], asOf: expect.stringMatching(/^20.*Z$/) as string });
    expect(headers).toMatchObject({
      'access-control-allow-origin': '*',
      'cross-origin-resource-policy': 'cross-origin',
      'cache-control': 'private, no-store',
      'ratelimit-policy': '"key-decisions";q=1000000;w=10, "workspace-decisions";q=1000000;w=10',
    });
    await request(api.app).options('/v1/decide').set('Origin', 'https://shop.example').expect(204);
    await request(api.app).get('/v1/decide').query({ anonymous_id: browser }).auth(workspace.publicKey, '').expect(200);
  });

  it('is told the same of nobody as of somebody who is in no audience', async () => {
    await say(workspace.publicKey, { type: 'track', event: 'Seen', anonymousId: browser });
    const withoutTime = ({ status, body, headers }: Response) => {
      const { asOf, ...rest } = body as { asOf: string };
      const { date, ratelimit, 'x-request-id': id, ...others } = headers as Record<string, string>;
      void [asOf, date, ratelimit, id];
      return { status, rest, others };
    };
    const somebody = withoutTime(await ask({ anonymous_id: browser }));
    expect(somebody.rest).toEqual({ audiences: [] });
    for (const other of [randomUUID(), 'null', ' ', 'prf_1', 'x'.repeat(255)])
      expect(withoutTime(await ask({ anonymous_id: other }))).toEqual(somebody);
  });

  it('asks by the device, too, and by nothing that names a person', async () => {
    await say(workspace.publicKey, gold({ anonymousId: browser, context: { device: { id: 'D-1' } } }));
    expect((await ask({ device_id: 'D-1' }).expect(200)).body).toMatchObject({ audiences: ['vip'] });
    for (const profile of ['email:ann@secret.example', `anonymous_id:${browser}`]) {
      const { text } = await ask({ profile }).expect(403);
      expect(text).not.toContain('ann@secret.example');
    }
  });

  it('is told of a customer only by a browser that a server has named as theirs', async () => {
    await say(workspace.secretKey, gold({ userId: 'u1' }));
    await say(workspace.publicKey, { type: 'identify', userId: 'u1', anonymousId: browser });
    const thief = randomUUID();
    await say(workspace.publicKey, { type: 'identify', anonymousId: thief, traits: { email: 'ann@secret.example' } });
    expect([await told(), await told(thief)]).toEqual([[], []]);
    await say(workspace.secretKey, { type: 'identify', userId: 'u1', anonymousId: browser });
    expect([await told(), await told(thief)]).toEqual([['vip'], []]);
  });

  it('is told nothing of a customer by an id that only servers use and anybody can guess', async () => {
    await say(workspace.secretKey, gold({ userId: 'u1', anonymousId: 'customer-17' }));
    expect(await told('customer-17')).toEqual([]);
    await say(workspace.publicKey, { type: 'page', messageId: 'm1', anonymousId: 'visitor-18' });
    await say(workspace.secretKey, gold({ userId: 'u2', anonymousId: 'visitor-18' }));
    expect(await told('visitor-18')).toEqual(['vip']);
  });

  it('is told of an audience that becomes public once people were evaluated since, and within a second no more of one that is not', async () => {
    await say(workspace.publicKey, gold({ anonymousId: browser }));
    await put('risk', { public: true });
    await put('vip', { public: false });
    await until(async () => ((await told()).length === 0 ? true : undefined), 'the audiences as they are now', 5_000);
    await api.catchUp(workspace.ws);
    expect(await told()).toEqual(['risk']);
    await put('risk', { name: 'Another name', public: true });
    expect(await told()).toEqual(['risk']);
  });

  it('gets no answer by a key whose source is disabled, or that is none', async () => {
    await request(api.app)
      .put('/v1/sources/website')
      .auth(workspace.apiKey, { type: 'bearer' })
      .send({ name: 'Shop', enabled: false })
      .expect(200);
    await until(async () => ((await ask({ anonymous_id: browser })).status === 403 ? true : undefined), 'the source');
    await ask({ anonymous_id: browser }, 'hdl_dev_x').expect(401);
    await request(api.app).get('/v1/decide').query({ anonymous_id: browser }).expect(401);
  });
});

describe('a server that asks about somebody', () => {
  beforeEach(() => say(workspace.secretKey, gold({ userId: 'u1', anonymousId: 'a1' })));

  it('is told all their audiences, by whatever they are known by', async () => {
    const { body: profile } = await request(api.app)
      .get('/v1/profiles/user_id:u1')
      .auth(workspace.apiKey, { type: 'bearer' });
    const refs = ['user_id:u1', 'email:ANN@secret.example', 'anonymous_id:a1', (profile as { id: string }).id];
    for (const query of [...refs.map((ref) => ({ profile: ref })), { anonymous_id: 'a1' }]) {
      const { body, headers } = await askAs(workspace.apiKey, query as Record<string, string>).expect(200);
      expect(body).toEqual({ audiences: ['risk', 'vip'], journeys: [], asOf: expect.any(String) as string });
      expect(headers).not.toHaveProperty('access-control-allow-origin');
    }
    const nobody = await askAs(workspace.apiKey, { profile: 'user_id:u2' }).expect(200);
    expect(nobody.body).toMatchObject({ audiences: [], journeys: [] });
  });

  it('is told of somebody by any id they ever had', async () => {
    await say(workspace.publicKey, { type: 'page', anonymousId: browser });
    const { body: visitor } = await request(api.app)
      .get(`/v1/profiles/anonymous_id:${browser}`)
      .auth(workspace.apiKey, { type: 'bearer' });
    await say(workspace.secretKey, { type: 'identify', userId: 'u1', anonymousId: browser });
    for (const query of [{ profile: (visitor as { id: string }).id }, { anonymous_id: browser }])
      expect((await askAs(workspace.apiKey, query as Record<string, string>).expect(200)).body).toMatchObject({
        audiences: ['risk', 'vip'],
      });
    expect(await told()).toEqual(['vip']);
  });

  it('is told nothing of somebody who is restricted, and no page is', async () => {
    await say(workspace.secretKey, { type: 'identify', userId: 'u1', anonymousId: browser });
    expect(await told()).toEqual(['vip']);
    const { ws } = workspace;
    const profiles = api.store.connection.db.collection('profiles');
    await profiles.updateMany({ ws, mergedInto: { $exists: false } }, { $set: { restrictedAt: 1 } });
    expect((await askAs(workspace.apiKey, { profile: 'user_id:u1' }).expect(200)).body).toMatchObject({
      ...{ audiences: [], journeys: [] },
    });
    expect(await told()).toEqual([]);
  });

  it('needs the scope profiles:read, which no write key has', async () => {
    const opened: string[] = [];
    for (const scope of scopes) {
      const key = { name: scope, kind: 'management' as const, scopes: [scope], source: 'test', createdAt: 0 };
      const { text } = await api.store.keys.create(workspace.ws, 'dev', key);
      if ((await askAs(text, { profile: 'user_id:u1' })).status === 200) opened.push(scope);
    }
    expect(opened).toEqual(['profiles:read', 'admin']);
    const { body } = await askAs(workspace.secretKey, { profile: 'user_id:u1' }).expect(403);
    expect(body).toMatchObject({ detail: 'This key lacks the scope profiles:read.' });
  });

  it('sees nobody of another workspace', async () => {
    const other = await api.createWorkspace('Other');
    const { body } = await request(api.app).get('/v1/profiles/user_id:u1').auth(workspace.apiKey, { type: 'bearer' });
    for (const profile of ['user_id:u1', (body as { id: string }).id])
      expect((await askAs(other.apiKey, { profile }).expect(200)).body).toMatchObject({ audiences: [] });
    expect((await ask({ anonymous_id: 'a1' }, other.publicKey).expect(200)).body).toMatchObject({ audiences: [] });
  });
});

describe('a question', () => {
  it.each<[string, Record<string, string>, string]>([
    ['names nobody', {}, ''],
    ['names two', { anonymous_id: 'a', device_id: 'd' }, ''],
    ['asks for a slot that has the form of none', { anonymous_id: 'a', slots: 'hero,Not one' }, '/slots'],
    [
      'asks for too many slots',
      { anonymous_id: 'a', slots: Array.from({ length: 21 }, (_, n) => `s${n}`).join() },
      '/slots',
    ],
    ['names somebody by an empty id', { anonymous_id: '' }, '/anonymous_id'],
    ['names somebody by a type that there is not', { profile: 'usr:u1' }, '/profile'],
    ['names somebody by nothing', { profile: 'u1' }, '/profile'],
  ])('that %s is refused, and says what is wrong', async (_, query, where) => {
    const answer = await askAs(workspace.apiKey, query).expect(400);
    expect(JSON.stringify((answer.body as { errors: object[] }).errors)).toContain(where);
  });

  it('is answered as the document says, whoever asks', async () => {
    const faultsOf = createAnswerCheck(documentRoutes(routes));
    const route = routes.find(({ path }) => path === '/v1/decide');
    if (!route) throw new Error('There is no such route.');
    for (const answer of [
      await ask({ anonymous_id: browser }),
      await askAs(workspace.apiKey, { anonymous_id: browser }),
      await ask({}),
    ])
      expect(faultsOf(route, answer)).toEqual([]);
  });

  it('counts by itself: whoever asks too often may still send events and manage', async () => {
    const rates = { ...testLimits.rates, windowSeconds: 3_600, processes: 3_600, keyDecisions: 2 };
    const app = createApp({ ...api.deps, metrics: new Registry(), limits: { ...testLimits, rates } });
    const once = () => request(app).get('/v1/decide').query({ writeKey: workspace.publicKey, anonymous_id: 'a' });
    for (const left of [1, 0]) expect((await once().expect(200)).headers['ratelimit']).toContain(`r=${left};`);
    const { headers } = await once().expect(429);
    expect(headers['retry-after']).toMatch(/^\d+$/);
    expect(headers['access-control-allow-origin']).toBe('*');
    await sendBatch(app, workspace.publicKey, [{ type: 'page', anonymousId: 'a' }]).expect(200);
  });
});

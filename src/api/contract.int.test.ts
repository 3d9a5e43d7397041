import { randomUUID } from 'node:crypto';
import request, { type Response } from 'supertest';
import type { ImportDefinition } from '../store/imports';
import { createAnswerCheck } from '../testing/check-answer';
import { openTestApi, sendBatch, testRootKey, type TestApi, type TestWorkspace } from '../testing/test-api';
import { documentRoutes } from './openapi';
import type { Route } from './route';
import { routes } from './routes';
import { hasScope, scopes } from './scopes';

const document = documentRoutes(routes);
const nameOf = ({ method, path }: Pick<Route, 'method' | 'path'>): string => `${method.toUpperCase()} ${path}`;
const secret = 'ann.example@secret.test';

let api: TestApi;
let mine: TestWorkspace;
let others: TestWorkspace;
/** What stands for each path parameter: things of the first workspace. */
let present: Record<string, string>;

beforeAll(async () => {
  api = await openTestApi();
  [mine, others] = [await api.createWorkspace('Mine'), await api.createWorkspace('Others')];
  present = await fill(mine);
});
afterAll(() => api.close());

/** Makes one of everything that can be made over HTTP. */
async function fill({ apiKey, secretKey, ws }: TestWorkspace): Promise<Record<string, string>> {
  const put = (path: string, body: object) =>
    request(api.app).put(path).auth(apiKey, { type: 'bearer' }).send(body).expect(200);
  await put('/v1/audiences/vip', { name: `VIP ${secret}`, rule: { trait: 'tier', is: 'equals', value: 'gold' } });
  const signingSecret = `whsec_${Buffer.alloc(32, 3).toString('base64')}`;
  const settings = { url: `https://example.com/${secret}` };
  await put('/v1/destinations/crm', { type: 'webhook', name: 'CRM', settings, secrets: { signingSecret } });
  await put('/v1/audiences/vip/destinations/crm', {});
  await put('/v1/tracking-plans/vip', { name: `Plan ${secret}` });
  const mapping = { columns: { id: { to: 'identifier', type: 'user_id' } } };
  const asked = { schedule: '15m', mapping, url: 'https://example.com/rows' };
  await put('/v1/sources/vip', { type: 'http', name: `Shop ${secret}`, settings: asked });
  await put('/v1/purposes/vip', { name: `Ads ${secret}` });
  await put('/v1/computed-traits/vip', { name: `Seen ${secret}`, value: { event: 'Seen', last: 'at' } });
  await put(`/v1/suppressions/user_id:${secret}`, { scope: 'purpose:ads' });
  await sendBatch(api.app, secretKey, [
    {
      type: 'identify',
      userId: secret,
      traits: { email: secret, tier: 'gold' },
      context: { consent: { categoryPreferences: { ads: true } } },
    },
    { type: 'track', userId: 17 },
    { type: 'group', userId: secret, groupId: 'vip', traits: { email: secret } },
    { type: 'group', userId: secret, groupId: 'vip', traits: { email: secret }, context: { groupType: 'household' } },
  ]).expect(200);
  await api.deps.traffic.flush();
  await api.catchUp(ws);
  const [key] = await api.store.keys.list(ws);
  const rows = { columns: {} } as unknown as ImportDefinition['rows'];
  const definition = { format: 'csv' as const, rows, dryRun: true };
  await api.store.imports.create(
    ws,
    { id: key?.id ?? '', definition, createdBy: secret, createdAt: 0 },
    Date.now() + 60_000,
  );
  const { body: profile } = await request(api.app)
    .get(`/v1/profiles/user_id:${secret}`)
    .auth(apiKey, { type: 'bearer' });
  return { key: 'vip', event: 'identify', destination: 'crm', ref: profile.id as string, id: key?.id ?? '' };
}

/** The path of a route with names that exist in the first workspace, or with ones that exist nowhere. */
function pathOf({ path }: Route, names: Record<string, string>): string {
  const filled = path.startsWith('/v1/destinations') ? path.replace('{key}', names['destination'] ?? 'none') : path;
  return filled.replace(/\{(\w+)\}/g, (_, name: string) => names[name] ?? 'none');
}

const send = (route: Route, key: string, names: Record<string, string> = {}, body: object = {}) => {
  const call = request(api.app)[route.method](pathOf(route, names)).auth(key, { type: 'bearer' });
  // What a route cannot be asked without.
  if (route.path.endsWith('/explain')) call.query({ profile: names['ref'] ?? 'none' });
  return route.method === 'get' ? call : call.send(body);
};

const faultsOf = createAnswerCheck(document);
/** Every answer is one the document describes. */
const check = (route: Route, answer: Response): void =>
  expect({ route: nameOf(route), status: answer.status, errors: faultsOf(route, answer) }).toMatchObject({
    errors: [],
  });

const reads = routes.filter(({ method, access }) => method === 'get' && 'scope' in access);

describe('the OpenAPI document', () => {
  it('describes exactly the routes there are', async () => {
    const { body } = await request(api.app).get('/openapi.json').expect(200);
    const described = Object.entries(body.paths as Record<string, object>).flatMap(([path, operations]) =>
      Object.keys(operations).map((method) => nameOf({ method: method as Route['method'], path })),
    );
    expect(described.sort()).toEqual(routes.map(nameOf).sort());
    expect(body.openapi).toBe('3.1.0');
  });

  it('has no reference that leads nowhere', () => {
    const text = JSON.stringify(document);
    const names = [...text.matchAll(/"\$ref":"([^"]+)"/g)].map(([, ref = '']) => ref);
    const known = Object.keys(document.components.schemas).map((name) => `#/components/schemas/${name}`);
    expect(names.filter((name) => !known.includes(name))).toEqual([]);
  });

  it('says of a rule that it contains rules, and not what it stands in', () => {
    const { schemas } = document.components;
    expect(schemas['not-condition']).toMatchObject({ properties: { not: { $ref: '#/components/schemas/rule' } } });
    expect(schemas['branch-step']).toMatchObject({
      properties: { cases: { items: { properties: { if: { $ref: '#/components/schemas/rule' } } } } },
    });
  });

  it('is one way to learn of definitions; their schemas are another, open to editors without a key', async () => {
    const { body } = await request(api.app).get('/v1/schemas').expect(200);
    const [first] = body.data as readonly { readonly path: string }[];
    const schema = await request(api.app)
      .get(first?.path ?? '')
      .expect(200);
    expect(schema.body).toMatchObject({ $id: 'urn:heddle:schemas:audience', $defs: { rule: {} } });
    await request(api.app).get('/v1/schemas/nothing').expect(404);
  });

  it.each(routes.map((route) => [nameOf(route), route] as const))('describes what %s answers', async (_name, route) => {
    const key = 'door' in route.access && route.access.door === 'root' ? testRootKey : mine.apiKey;
    const isRead = route.method === 'get';
    check(route, await send(route, key, isRead ? present : {}));
    check(route, await send(route, 'no key'));
  });
});

describe('scopes', () => {
  it('open exactly the routes that name them', async () => {
    const keys = new Map<string, string>();
    for (const scope of scopes) {
      const key = { name: scope, kind: 'management' as const, scopes: [scope], source: 'test', createdAt: 0 };
      keys.set(scope, (await api.store.keys.create(others.ws, 'dev', key)).text);
    }
    for (const route of routes.filter(({ access }) => 'scope' in access)) {
      const wanted = 'scope' in route.access ? route.access.scope : 'admin';
      const opened: string[] = [];
      for (const [scope, key] of keys) {
        const { status } = await send(route, key);
        expect(status).not.toBe(401);
        expect(status).toBeLessThan(500);
        if (status !== 403) opened.push(scope);
      }
      expect([nameOf(route), opened]).toEqual([nameOf(route), scopes.filter((scope) => hasScope([scope], wanted))]);
    }
  });

  it('are not needed to write events with a write key, and a write key opens nothing else', async () => {
    for (const route of routes.filter(({ access }) => 'scope' in access)) {
      for (const key of [mine.publicKey, mine.secretKey]) expect((await send(route, key)).status).toBe(403);
    }
  });
});

describe('another workspace', () => {
  it.each(routes.filter(({ access }) => 'scope' in access).map((route) => [nameOf(route), route] as const))(
    'sees nothing through %s',
    async (_name, route) => {
      const answer = await send(route, others.apiKey, present, { name: 'x', rule: { audience: 'vip' } });
      expect(answer.status).toBeLessThan(500);
      expect(answer.text).not.toContain(secret);
      expect(answer.text).not.toContain(mine.ws);
      if (/\{(ref|id)\}/.test(route.path)) expect([400, 404]).toContain(answer.status);
    },
  );

  it('changes nothing of the first', async () => {
    for (const route of reads) {
      const { status } = await send(route, mine.apiKey, present);
      const isOfAnother = /enrollments|deliveries\/|journeys|impact|exports/.test(route.path);
      if (!isOfAnother && !route.path.endsWith('{id}')) expect([nameOf(route), status]).toEqual([nameOf(route), 200]);
    }
  });
});

describe('the app', () => {
  it('answers unknown paths and methods with problems', async () => {
    expect((await request(api.app).get('/v2').expect(404)).body).toMatchObject({
      type: 'urn:heddle:problem:not-found',
    });
    const wrong = await request(api.app).delete('/v1/audiences').expect(405);
    expect(wrong.headers['allow']).toBe('GET');
    await request(api.app).get('/v1/profiles/%E0%A4%A').expect(400);
  });

  it('names every request, and takes a name that is one', async () => {
    const named = await request(api.app).get('/healthz').set('X-Request-Id', 'r-1').expect(200);
    expect(named.headers['x-request-id']).toBe('r-1');
    const renamed = await request(api.app).get('/healthz').set('X-Request-Id', 'no\tname').expect(200);
    expect(renamed.headers['x-request-id']).toMatch(/^[0-9a-f-]{36}$/);
  });

  it('logs ids and routes, and no value of a person', async () => {
    const email = `${randomUUID()}@example.com`;
    api.logged.length = 0;
    await request(api.app)
      .get(`/v1/profiles/email:${email}?q=${email}`)
      .set('traceparent', `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01`)
      .auth(mine.apiKey, { type: 'bearer' });
    await sendBatch(api.app, mine.secretKey, [{ type: 'identify', userId: email, traits: { email } }]);
    const lines = api.logged.map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(lines).toMatchObject([
      { level: 30, route: '/v1/profiles/{ref}', traceId: 'a'.repeat(32), ws: mine.ws, status: '404' },
      { level: 20, route: '/v1/batch', status: '200' },
    ]);
    expect(api.logged.join('')).not.toContain(email);
    expect(api.logged.join('')).not.toContain(mine.secretKey);
  });

  it('counts events and requests without naming workspaces', async () => {
    await sendBatch(api.app, mine.secretKey, [{ type: 'track' }]);
    const { text } = await request(api.app).get('/metrics').expect(200);
    expect(text).toMatch(/heddle_events_rejected_total\{code="no_identifier"\} \d/);
    expect(text).toContain('heddle_http_request_duration_seconds_bucket');
    expect(text).not.toContain(mine.ws);
  });

  it('forgets a revoked key within the time it keeps one', async () => {
    let now = Date.now();
    const other = await openTestApi({ clock: () => now });
    const { apiKey, ws } = await other.createWorkspace();
    const key = {
      name: 'short',
      kind: 'management' as const,
      scopes: ['admin'],
      source: 'x',
      createdAt: now,
      expiresAt: now + 60_000,
    };
    const { text, doc } = await other.store.keys.create(ws, 'dev', key);
    const ask = (bearer: string) => request(other.app).get('/v1/keys').auth(bearer, { type: 'bearer' });
    await request(other.app).delete(`/v1/keys/${doc.id}`).auth(apiKey, { type: 'bearer' }).expect(204);
    await ask(text).expect(401);
    const later = await other.store.keys.create(ws, 'dev', key);
    await ask(later.text).expect(200);
    now += 60_001;
    await ask(later.text).expect(401);
    await other.close();
  });

  it('says 503 and is not ready when the database is gone, and acknowledges nothing', async () => {
    const gone = await openTestApi();
    const { secretKey } = await gone.createWorkspace();
    await request(gone.app).get('/readyz').expect(200);
    await gone.store.connection.client.close();
    const answer = await sendBatch(gone.app, secretKey, [{ type: 'track', userId: 'u', event: 'E' }]).expect(503);
    expect(answer.headers['retry-after']).toBe('2');
    expect(gone.rings).toEqual([]);
    expect((await request(gone.app).get('/readyz').expect(503)).body).toMatchObject({ checks: { mongodb: 'failed' } });
  });
});

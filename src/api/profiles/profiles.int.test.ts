import request from 'supertest';
import { sendBatch, useTestApi, useWorkspace } from '../../testing/test-api';

const api = useTestApi();
const workspace = useWorkspace(api);

const get = (path: string, key = workspace.apiKey) => request(api.app).get(path).auth(key, { type: 'bearer' });
async function apply(...batch: object[]): Promise<void> {
  await sendBatch(api.app, workspace.secretKey, batch).expect(200);
  await api.catchUp(workspace.ws);
}
async function aKey(...scopes: string[]): Promise<string> {
  const key = { name: 'test', kind: 'management' as const, scopes, source: 'test', createdAt: 0 };
  return (await api.store.keys.create(workspace.ws, 'dev', key)).text;
}

describe('GET /v1/profiles/{ref}', () => {
  it('finds a person by id and by any identifier in any writing', async () => {
    await apply({ type: 'identify', userId: 'u1', traits: { email: ' Ann@Example.com', tier: 'gold', old: null } });
    const { body } = await get('/v1/profiles/user_id:u1').expect(200);
    expect(body).toMatchObject({
      identifiers: expect.arrayContaining([expect.objectContaining({ type: 'email', value: 'ann@example.com' })]),
      traits: { tier: 'gold' },
      audiences: [],
    });
    expect(body.traits).not.toHaveProperty('old');
    for (const ref of [body.id, 'email:ann@example.com', 'email:ANN@example.com%20']) {
      expect((await get(`/v1/profiles/${ref}`).expect(200)).body.id).toBe(body.id);
    }
    expect((await get('/v1/profiles?q=ANN@example.com').expect(200)).body.data).toHaveLength(1);
  });

  it.each([
    ['prf_none', 'with this id or identifier'],
    ['user_id:nobody', 'with this id or identifier'],
    ['nonsense', 'write prf_… or type:value'],
    ['user_id:', 'write prf_… or type:value'],
    ['shoe_size:43', 'write prf_… or type:value'],
    ['__proto__:x', 'write prf_… or type:value'],
  ])('answers 404 for %s, and tells nobody from what is no reference', async (ref, detail) => {
    expect((await get(`/v1/profiles/${ref}`).expect(404)).body).toMatchObject({
      type: 'urn:heddle:problem:not-found',
      detail: expect.stringContaining(detail) as string,
    });
  });

  it('follows a merge, and lists it', async () => {
    await apply({ type: 'track', anonymousId: 'a7', event: 'Viewed' });
    const { body: anonymous } = await get('/v1/profiles/anonymous_id:a7').expect(200);
    await apply({ type: 'identify', userId: 'u7', traits: { tier: 'gold' } });
    await apply({ type: 'identify', userId: 'u7', anonymousId: 'a7' });
    const { body: known } = await get('/v1/profiles/user_id:u7').expect(200);
    expect((await get(`/v1/profiles/${anonymous.id}`).expect(200)).body.id).toBe(known.id);
    expect(known.mergedFrom).toEqual([anonymous.id]);
    const { body: merges } = await get(`/v1/profiles/${known.id}/merges`).expect(200);
    expect(merges.data).toMatchObject([{ survivor: known.id, absorbed: anonymous.id }]);
    const { body: events } = await get(`/v1/profiles/${known.id}/events`).expect(200);
    expect((events.data as { name: string }[]).map(({ name }) => name)).toContain('Viewed');
  });

  it('finds the one person by everything that either was known by before a merge', async () => {
    await apply({ type: 'identify', anonymousId: 'a8', traits: { email: 'eight@example.com' } });
    await apply({ type: 'identify', userId: 'u8', traits: { phone: '+41791234567' } });
    await apply({ type: 'identify', userId: 'u8', anonymousId: 'a8' });
    const refs = ['user_id:u8', 'anonymous_id:a8', 'email:eight@example.com', 'phone:%2B41791234567'];
    const ids = await Promise.all(
      refs.map(async (ref) => (await get(`/v1/profiles/${ref}`).expect(200)).body.id as string),
    );
    expect(new Set(ids).size).toBe(1);
  });

  it('masks personal data from a key without profiles:pii', async () => {
    const traits = {
      email: 'bo@example.com',
      first_name: 'Bo',
      address: { city: 'Oslo' },
      nested: { lastName: 'Ek' },
      tier: 'iron',
    };
    await apply({ type: 'identify', userId: 'u9', traits });
    const blind = await aKey('profiles:read');
    for (const path of ['', '/identifiers', '/events']) {
      const { text } = await get(`/v1/profiles/user_id:u9${path}`, blind).expect(200);
      expect(text).not.toMatch(/bo@example\.com|"Bo"|Oslo|Ek/);
      expect(path === '/identifiers' || text.includes('iron')).toBe(true);
    }
    const { text } = await get('/v1/profiles/user_id:u9', await aKey('profiles:*')).expect(200);
    expect(text).toContain('bo@example.com');
  });

  it('masks an e-mail wherever somebody has put it: as the user id, and under a key of their own', async () => {
    await apply({
      type: 'identify',
      userId: 'cy@example.com',
      traits: { login: 'cy@example.com', contactEmail: 'cy' },
    });
    const blind = await aKey('profiles:read');
    for (const path of ['', '/identifiers', '/events'])
      expect((await get(`/v1/profiles/user_id:cy@example.com${path}`, blind).expect(200)).text).not.toMatch(/"cy\b/);
  });

  it('pages through events that share an instant without losing or repeating one', async () => {
    const batch = Array.from({ length: 7 }, (_, n) => ({
      type: 'track',
      userId: 'u5',
      event: 'Viewed',
      messageId: `page-${n}`,
    }));
    await apply(...batch);
    const seen: string[] = [];
    let path: string | undefined = '/v1/profiles/user_id:u5/events?limit=3';
    while (path !== undefined) {
      const { body, headers }: request.Response = await get(path).expect(200);
      seen.push(...(body.data as { messageId: string }[]).map(({ messageId }) => messageId));
      path = /<(.*)>/.exec(headers['link'] ?? '')?.[1];
    }
    expect(seen).toEqual(batch.map(({ messageId }) => messageId).reverse());
  });

  it('pages through events in the order of their own time, however they arrived', async () => {
    const daysAgo = { second: 20, first: 3, last: 40 };
    for (const [event, days] of Object.entries(daysAgo)) {
      const timestamp = new Date(Date.now() - days * 86_400_000).toISOString();
      await apply({ type: 'track', userId: 'u6', event, timestamp });
    }
    const seen: string[] = [];
    let path: string | undefined = '/v1/profiles/user_id:u6/events?limit=1';
    while (path !== undefined && seen.length <= 3) {
      const { body, headers }: request.Response = await get(path).expect(200);
      seen.push(...(body.data as { name: string }[]).map(({ name }) => name));
      path = /<(.*)>/.exec(headers['link'] ?? '')?.[1];
    }
    expect(seen).toEqual(['first', 'second', 'last']);
  });

  it('lets the database skip what a cursor has passed, however much it claims', async () => {
    const cursor = Buffer.from('999999999999999.999999').toString('base64url');
    for (const list of ['/v1/profiles/user_id:u5/events', '/v1/deliveries'])
      expect((await get(`${list}?cursor=${cursor}`).expect(200)).body).toEqual({ data: [] });
  });
});

describe('GET /v1/profiles', () => {
  it.each(['?limit=0', '?limit=x', '?cursor=%%%', '?color=red', '?limit=1&limit=2'])(
    'refuses the query %s',
    async (query) => {
      const { body } = await get(`/v1/profiles${query}`);
      expect(body.status).toBe(400);
    },
  );
});

import request from 'supertest';
import { sendBatch, useTestApi, useWorkspace } from '../../testing/test-api';

const day = 86_400_000;
const signingSecret = `whsec_${Buffer.alloc(32, 3).toString('base64')}`;
const gold = { trait: 'tier', is: 'equals', value: 'gold' };
const vip = { name: 'VIP', rule: { all: [gold, { trait: 'ltv', is: 'greater_than', value: 500 }] } };
const buyers = { name: 'Buyers', rule: { event: 'Order Completed', within: '30d' } };

const api = useTestApi();
const workspace = useWorkspace(api, beforeEach);
beforeEach(async () => {
  api.backfills.length = 0;
});

const call = (method: 'get' | 'put' | 'post' | 'delete', path: string) =>
  request(api.app)[method](path).auth(workspace.apiKey, { type: 'bearer' });
const put = (key: string, body: object) => call('put', `/v1/audiences/${key}`).send(body);
const identify = (userId: string, traits: object, more: object = {}) => ({ type: 'identify', userId, traits, ...more });
const order = (userId: string, daysAgo: number) => ({
  type: 'track',
  userId,
  event: 'Order Completed',
  timestamp: new Date(Date.now() - daysAgo * day).toISOString(),
});
async function apply(...batch: object[]): Promise<void> {
  await sendBatch(api.app, workspace.secretKey, batch).expect(200);
  await api.catchUp(workspace.ws);
}

describe('PUT /v1/audiences/{key}', () => {
  it('saves a definition that computes, raises the ruleset and starts a back-fill', async () => {
    const before = await api.store.workspaces.rulesetVersion(workspace.ws);
    const { body, headers } = await put('vip', vip).expect(200);
    expect(body).toMatchObject({ key: 'vip', ...vip, version: 1, size: 0, status: 'computing' });
    expect(headers['etag']).toBe('"v1"');
    expect(await api.store.workspaces.rulesetVersion(workspace.ws)).toBe(before + 1);
    expect(api.backfills).toEqual([workspace.ws]);
  });

  it('makes nothing new of a definition that says the same', async () => {
    await put('vip', vip);
    const { body } = await put('vip', vip).expect(200);
    expect(body).toMatchObject({ version: 1 });
    expect(api.backfills).toHaveLength(1);
  });

  it('takes the next version, and refuses one based on an older', async () => {
    await put('vip', vip);
    await put('vip', { ...vip, name: 'Very' })
      .set('If-Match', '"v1"')
      .expect(200);
    const { body } = await put('vip', { ...vip, name: 'Late' })
      .set('If-Match', '"v1"')
      .expect(412);
    expect(body).toMatchObject({ type: 'urn:heddle:problem:stale' });
    await put('vip', vip).set('If-None-Match', '*').expect(412);
  });

  it.each([
    ['an unknown operator', { name: 'x', rule: { trait: 'tier', is: 'like', value: 'g' } }, '/rule'],
    ['an unknown field', { ...vip, filter: {} }, ''],
    ['no name', { rule: gold }, '/name'],
    ['a number compared with text', { name: 'x', rule: { trait: 'ltv', is: 'greater_than', value: 'much' } }, '/rule'],
    ['another key', { ...vip, key: 'other' }, '/key'],
    ['an audience that does not exist', { name: 'x', rule: { audience: 'nobody' } }, '/rule'],
    ['itself', { name: 'x', rule: { not: { audience: 'vip' } } }, '/rule'],
  ])('refuses a rule with %s, pointing at it', async (_what, definition, pointer) => {
    const { body } = await put('vip', definition).expect(400);
    expect(body.errors[0].pointer).toMatch(new RegExp(`^${pointer}`));
    expect(api.backfills).toEqual([]);
  });

  it('refuses a key that no schema would keep, pointing at it, instead of losing it', async () => {
    const text = JSON.stringify(vip).replace('"name"', '"labels":[{"__proto__":1}],"name"');
    const { body } = await call('put', '/v1/audiences/vip').type('json').send(text).expect(400);
    expect(body.errors).toEqual([expect.objectContaining({ in: 'body', pointer: '/labels/0/__proto__' })]);
  });

  it('saves both of two definitions that are saved at once', async () => {
    await Promise.all([put('vip', vip).expect(200), put('buyers', buyers).expect(200)]);
    const { body } = await call('get', '/v1/audiences').expect(200);
    expect((body.data as { key: string }[]).map(({ key }) => key)).toEqual(['buyers', 'vip']);
  });

  it('refuses one of two saves at once that together would make a circle', async () => {
    await put('a', { ...vip, rule: gold }).expect(200);
    await put('b', { ...vip, rule: gold }).expect(200);
    const answers = await Promise.all([
      put('a', { ...vip, rule: { audience: 'b' } }),
      put('b', { ...vip, rule: { audience: 'a' } }),
    ]);
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 400]);
  });

  it('refuses a reference to an audience, or its deletion, of the two at once', async () => {
    await put('b', { ...vip, rule: gold }).expect(200);
    const [saved, deleted] = await Promise.all([
      put('a', { ...vip, rule: { audience: 'b' } }),
      call('delete', '/v1/audiences/b'),
    ]);
    expect([
      [200, 409],
      [400, 204],
    ]).toContainEqual([saved.status, deleted.status]);
  });
});

describe('a back-fill that cannot be started', () => {
  const owed = async () =>
    (await api.store.outbox.takeStale(Date.now() + day, 100)).filter(({ ws }) => ws === workspace.ws);

  it('stays owed from the transaction that saved the definition', async () => {
    jest.spyOn(api.deps, 'startBackfill').mockRejectedValueOnce(new Error('nobody is there'));
    await put('vip', vip).expect(200);
    expect((await owed()).map(({ work }) => work)).toEqual([{ kind: 'backfill' }]);
  });
});

describe('members', () => {
  it('are listed page by page, with their number on the audience', async () => {
    await put('vip', vip);
    await apply(
      ...['u1', 'u2', 'u3'].map((user) => identify(user, { tier: 'gold', ltv: 900 })),
      identify('u4', { tier: 'iron' }),
    );
    const { body: audience } = await call('get', '/v1/audiences/vip').expect(200);
    expect(audience).toMatchObject({ size: 3, status: 'ready' });
    const first = await call('get', '/v1/audiences/vip/members?limit=2').expect(200);
    const second = await call('get', `/v1/audiences/vip/members?limit=2&cursor=${first.body.next}`).expect(200);
    expect(first.headers['link']).toContain('rel="next"');
    expect(second.body.next).toBeUndefined();
    const ids = [...first.body.data, ...second.body.data].map(({ profileId }: { profileId: string }) => profileId);
    expect(new Set(ids).size).toBe(3);
    const { body: history } = await call('get', '/v1/audiences/vip/history?points=2').expect(200);
    expect((history.data as { size: number }[]).map(({ size }) => size)).toEqual([0, 3]);
  });
});

describe('POST /v1/audiences/{key}/preview', () => {
  it('counts from stored events, for the saved rule and for one to try', async () => {
    await put('buyers', buyers);
    await apply(order('u1', 3), order('u2', 50), identify('u2', { email: 'u2@example.com', tier: 'gold' }));
    const saved = await call('post', '/v1/audiences/buyers/preview').expect(200);
    expect(saved.body).toMatchObject({ count: 1, identifiers: { user_id: 1 } });
    const draft = { all: [gold, { not: { audience: 'buyers' } }] };
    const tried = await call('post', '/v1/audiences/new/preview').send({ rule: draft, sample: 1 }).expect(200);
    expect(tried.body).toMatchObject({ count: 1, identifiers: { user_id: 1, email: 1 } });
    const { body: profile } = await call('get', `/v1/profiles/${tried.body.sample[0]}`);
    expect(profile.traits).toMatchObject({ tier: 'gold' });
  });

  it('sees what was known at a past instant', async () => {
    await put('buyers', buyers);
    const at = (daysAgo: number) => new Date(Date.now() - daysAgo * day).toISOString();
    await apply(order('u1', 50), identify('u1', { tier: 'gold' }, { timestamp: at(10) }), order('u2', 5));
    const count = async (rule: object, daysAgo: number) =>
      (
        await call('post', '/v1/audiences/x/preview')
          .send({ rule, asOf: at(daysAgo) })
          .expect(200)
      ).body.count as number;
    expect([await count(buyers.rule, 40), await count(buyers.rule, 4)]).toEqual([1, 1]);
    expect([await count(gold, 20), await count(gold, 9)]).toEqual([0, 1]);
    // u2 was not known 20 days ago, so even "not gold" does not hold for them.
    expect(await count({ not: gold }, 20)).toBe(1);
  });

  it('tries rules only for a key that may save them: guess by guess they would spell out any trait', async () => {
    const { text: reader } = await api.store.keys.create(workspace.ws, 'dev', {
      name: 'reader',
      kind: 'management',
      scopes: ['audiences:read', 'profiles:read'],
      source: 'test',
      createdAt: 0,
    });
    await put('buyers', buyers);
    const guess = { rule: { trait: 'email', is: 'starts_with', value: 'a' } };
    const preview = (body: object) =>
      request(api.app).post('/v1/audiences/buyers/preview').auth(reader, { type: 'bearer' }).send(body);
    expect((await preview(guess).expect(403)).body.detail).toContain('audiences:write');
    await preview({}).expect(200);
  });
});

describe('attachments', () => {
  const crm = {
    type: 'webhook',
    name: 'CRM',
    settings: { url: 'https://example.com/hook' },
    secrets: { signingSecret },
  };
  const attachment = (method: 'get' | 'put' | 'delete') => call(method, '/v1/audiences/vip/destinations/crm');

  it('attach an audience, say how far it is, and detach', async () => {
    await put('vip', vip);
    await call('put', '/v1/destinations/crm').send(crm).expect(200);
    const { body } = await attachment('put')
      .send({ use: 'target', identifiers: ['user_id', 'email'] })
      .expect(200);
    expect(body).toMatchObject({ audience: 'vip', destination: 'crm', onExit: 'remove', onDetach: 'keep', wanted: 0 });
    await apply(identify('u1', { tier: 'gold', ltv: 900 }));
    expect((await attachment('get').expect(200)).body).toMatchObject({ wanted: 1, pending: 1 });
    await call('delete', '/v1/audiences/vip').expect(409);
    await call('delete', '/v1/destinations/crm').expect(409);
    api.syncRings.length = 0;
    await attachment('delete').expect(204);
    expect(api.syncRings).toEqual(['vip/crm']);
    await attachment('get').expect(404);
    await call('delete', '/v1/destinations/crm').expect(204);
    await call('delete', '/v1/audiences/vip').expect(204);
  });

  it('refuse what the destination does not take', async () => {
    await put('vip', vip);
    await attachment('put').send({}).expect(404);
    await call('put', '/v1/destinations/crm').send(crm).expect(200);
    const { body } = await attachment('put')
      .send({ identifiers: ['email', 'shoe_size'], external: { create: true } })
      .expect(400);
    expect((body.errors as { pointer: string }[]).map(({ pointer }) => pointer)).toEqual([
      '/identifiers/1',
      '/external/create',
    ]);
  });
});

describe('an attachment to a destination that keeps audiences of its own', () => {
  const ads = {
    type: 'meta-custom-audiences',
    name: 'Ads',
    settings: { adAccountId: '1' },
    secrets: { accessToken: 't' },
  };
  const attach = (body: object) => call('put', '/v1/audiences/vip/destinations/ads').send(body);
  beforeEach(async () => {
    await put('vip', vip);
    await call('put', '/v1/destinations/ads').send(ads).expect(200);
  });

  it('is refused until it says which one', async () => {
    const { body } = await attach({ identifiers: ['email'] }).expect(400);
    expect(body.errors).toMatchObject([{ pointer: '/external', message: expect.stringContaining('"create": true') }]);
  });

  it.each([{ id: '77' }, { create: true }])('keeps %j when it is saved again without', async (external) => {
    await attach({ external }).expect(200);
    const { body } = await attach({ onExit: 'keep' }).expect(200);
    expect(body).toMatchObject({ onExit: 'keep', external });
  });
});

describe('DELETE /v1/audiences/{key}', () => {
  it('refuses while a journey that is published or paused names it, saying which and what to do', async () => {
    await put('vip', vip);
    const entry = { on: { audience: 'vip', edge: 'entered' } };
    const journey = { name: 'J', entry, start: 'end', steps: { end: { type: 'exit' } } };
    await call('put', '/v1/journeys/welcome').send(journey).expect(200);
    await call('post', '/v1/journeys/welcome/publish').expect(200);
    const { body } = await call('delete', '/v1/audiences/vip').expect(409);
    expect(body.detail).toMatch(/welcome.*archive/);
    await call('post', '/v1/journeys/welcome/archive').expect(200);
    await call('delete', '/v1/audiences/vip').expect(204);
  });

  it('refuses while another audience refers to it', async () => {
    await put('vip', vip);
    await put('others', { name: 'Others', rule: { not: { audience: 'vip' } } }).expect(200);
    await call('delete', '/v1/audiences/vip').expect(409);
    await call('delete', '/v1/audiences/others').expect(204);
    await call('delete', '/v1/audiences/vip').expect(204);
    await call('get', '/v1/audiences/vip').expect(404);
    expect((await put('vip', vip).expect(200)).body).toMatchObject({ version: 2 });
  });
});

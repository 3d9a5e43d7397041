import request from 'supertest';
import { sendBatch } from '../../src/testing/test-api';
import { ok, useSyncScenes } from './sync-harness';

const variables = {
  last_category: { event: 'Product Viewed', last: 'category' },
  cart: { event: 'Added', list: 'sku', max: 2, within: '7d' },
  tier: { from: 'traits.tier' },
  orders: { from: 'computed.orders' },
  never: { from: 'traits.never' },
};
const vip = { name: 'VIP', rule: { trait: 'tier', is: 'equals', value: 'gold' } };

describe('the variables of an audience', () => {
  const at = useSyncScenes();
  const track = async (event: string, properties: object) => {
    const { api, w } = at();
    await sendBatch(api.app, w.secretKey, [{ type: 'track', userId: 'u1', event, properties }]).expect(200);
    await api.catchUp(w.ws);
  };
  const setUp = async () => {
    await at().put('/v1/computed-traits/orders', { name: 'Orders', value: { event: 'Order', count: true } });
    await at().put('/v1/audiences/vip', { ...vip, variables });
    for (const sku of ['a', 'b', 'c']) await track('Added', { sku });
    await track('Product Viewed', { category: 'hats' });
    await track('Order', {});
  };
  const told = { last_category: 'hats', cart: ['c', 'b'], tier: 'gold', orders: 1 };
  const members = () =>
    at()
      .requests.splice(0)
      .flatMap(({ body }) => (JSON.parse(body) as { data: { members: { variables?: object }[] } }).data.members);
  const ask = (path: string, query: object, key = at().w.apiKey) =>
    request(at().api.app).get(path).query(query).auth(key, { type: 'bearer' });

  it('go with a member to a webhook as they are when it is sent, again when that is, and not when somebody leaves', async () => {
    await setUp();
    await at().attach({ use: 'target', identifiers: ['user_id', 'email'] });
    await at().identify('u1', { tier: 'gold' });
    at().answer = () => ({ ...ok, status: 503 });
    await at().ring();
    expect(members()).toMatchObject([{ variables: told }]);
    await track('Product Viewed', { category: 'shoes' });
    at().answer = () => ok;
    at().offsetMs += 3_600_000;
    await at().ring();
    // The destination has never had the first.
    expect(members()).toMatchObject([{ variables: { ...told, last_category: 'shoes' } }]);
    await track('Product Viewed', { category: 'coats' });
    await at().ring();
    expect(members()).toEqual([]);
    await at().identify('u1', { email: 'u1@x.example' });
    await at().ring();
    expect(members()).toMatchObject([{ variables: { ...told, last_category: 'coats' } }]);
    await at().identify('u1', { tier: 'iron' });
    await at().ring();
    expect(members()).toEqual([expect.not.objectContaining({ variables: expect.anything() })]);
  });

  it('are told to servers that decide, masked where they may not see personal data, and never to pages', async () => {
    await setUp();
    await at().identify('u1', { tier: 'gold', email: 'u1@x.example' });
    await at().put('/v1/audiences/vip', {
      ...vip,
      public: true,
      variables: { ...variables, mail: { from: 'identifiers.email' } },
    });
    await at().api.catchUp(at().w.ws);
    const { body } = await ask('/v1/decide', { profile: 'user_id:u1' }).expect(200);
    expect(body).toMatchObject({ audiences: ['vip'], variables: { vip: { ...told, mail: 'u1@x.example' } } });
    const { store } = at().api;
    const key = { name: 'k', kind: 'management' as const, scopes: ['profiles:read'], source: 'test', createdAt: 0 };
    const blind = (await store.keys.create(at().w.ws, 'dev', key)).text;
    const masked = await ask('/v1/decide', { profile: 'user_id:u1' }, blind).expect(200);
    expect(masked.body.variables).toEqual({ vip: { ...told, mail: '•••' } });
    const page = await ask('/v1/decide', { anonymous_id: 'a1', writeKey: at().w.publicKey }, '');
    expect(JSON.stringify(page.body)).not.toContain('variables');
  });

  it('are columns of the export of members, part of what the audience says, and keep what they read from being deleted', async () => {
    await setUp();
    await at().identify('u1', { tier: 'gold' });
    const { text } = await ask('/v1/audiences/vip/members/export', { identifiers: 'user_id', format: 'csv' }).expect(
      200,
    );
    const names = Object.keys(variables).map((name) => `variables.${name}`);
    expect(text.split('\n')[0]).toBe(['profile', 'entered_at', 'user_id', ...names].join(','));
    expect(text.split('\n')[1]).toMatch(/,u1,hats,"\[""c"",""b""\]",gold,1,$/);
    const lines = await ask('/v1/audiences/vip/members/export', { format: 'ndjson' })
      .buffer(true)
      .parse((res, done) => {
        let whole = '';
        res.on('data', (chunk: Buffer) => (whole += chunk.toString()));
        res.on('end', () => done(null, whole));
      });
    expect(JSON.parse(lines.body as string)).toMatchObject({ variables: told });
    expect(await at().get('/v1/audiences/vip')).toMatchObject({ variables });
    expect(await at().get('/v1/audiences/vip/versions')).toMatchObject({ data: [{ variables }, {}] });
    const refused = await at().delete('/v1/computed-traits/orders').expect(409);
    expect((refused.body as { detail: string }).detail).toContain('vip');
  });

  it.each([
    [{ x: { from: 'entry.a' } }, '/variables/x/from'],
    [{ x: { from: 'computed.nothing' } }, '/variables/x/from'],
    [{ x: { event: 'A' } }, '/variables/x/count'],
    [{ 'a b': { from: 'traits.a' } }, '/variables/a b'],
    [Object.fromEntries(Array.from({ length: 21 }, (_, n) => [`v${n}`, { from: 'traits.a' }])), '/variables'],
  ])('are refused as %j', async (wrong, pointer) => {
    const { api, w } = at();
    const put = request(api.app).put('/v1/audiences/vip').auth(w.apiKey, { type: 'bearer' });
    const { body } = await put.send({ ...vip, variables: wrong }).expect(400);
    expect((body as { errors: { pointer: string }[] }).errors.map((one) => one.pointer)).toContain(pointer);
  });
});

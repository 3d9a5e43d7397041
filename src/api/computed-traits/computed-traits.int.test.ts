import request from 'supertest';
import { sendBatch, useTestApi, useWorkspace } from '../../testing/test-api';

const day = 86_400_000;
const api = useTestApi();
const workspace = useWorkspace(api, beforeEach);

const call = (method: 'get' | 'put' | 'delete' | 'post', path: string, key = workspace.apiKey) =>
  request(api.app)[method](`/v1/${path}`).auth(key, { type: 'bearer' });
const putTrait = (key: string, value: object) => call('put', `computed-traits/${key}`).send({ name: key, value });
const putAudience = (key: string, rule: object) => call('put', `audiences/${key}`).send({ name: key, rule });
const ago = (days: number): string => new Date(Date.now() - days * day).toISOString();
const track = (event: string, properties: object, daysAgo = 0, userId = 'u1') => ({
  ...{ type: 'track', userId, event, properties, timestamp: ago(daysAgo) },
});
const viewed = (category: string, daysAgo = 0) => track('Product Viewed', { category }, daysAgo);

async function apply(...batch: object[]): Promise<void> {
  if (batch.length > 0) await sendBatch(api.app, workspace.secretKey, batch).expect(200);
  await api.catchUp(workspace.ws);
}

const keyWith = async (...scopes: string[]): Promise<string> => {
  const key = { name: 'k', kind: 'management' as const, scopes, source: 'test', createdAt: 0 };
  return (await api.store.keys.create(workspace.ws, 'dev', key)).text;
};

const spend = { event: 'Order Completed', sum: 'revenue', within: '30d' };
const score = {
  score: [
    { event: 'Product Viewed', points: 10 },
    { event: 'Order Completed', points: { property: 'revenue', times: 0.5 } },
  ],
  halfLife: '10d',
};

describe('computed traits', () => {
  it('are told of a person as they are now, of what happened before they were defined too', async () => {
    await apply(viewed('shoes', 3), viewed('hats', 1), track('Order Completed', { revenue: 40 }, 10));
    await putTrait('spend', spend).expect(200);
    await putTrait('last-viewed', { event: 'Product Viewed', last: 'category' }).expect(200);
    await putTrait('viewed', { event: 'Product Viewed', list: 'category', max: 5, within: '7d' }).expect(200);
    await putTrait('score', score).expect(200);
    const read = async () =>
      ((await call('get', 'profiles/user_id:u1').expect(200)).body as { computed: object }).computed;
    const expected = {
      spend: 40,
      'last-viewed': 'hats',
      viewed: ['hats', 'shoes'],
      score: expect.closeTo(10 * 2 ** -0.3 + 10 * 2 ** -0.1 + 10, 3),
    };
    // Nobody has been brought to them yet: read from stored events.
    expect(await read()).toEqual(expected);
    await apply();
    expect(await read()).toEqual(expected);
    const { body } = await call('get', 'computed-traits/spend').expect(200);
    expect(body).toMatchObject({ key: 'spend', type: 'number', status: 'ready', version: 1, value: spend });
  });

  it('are compared by rules, which say why, and when time alone turns them', async () => {
    await putTrait('score', score).expect(200);
    await putAudience('warm', { path: 'computed.score', is: 'at_least', value: 15 }).expect(200);
    await apply(viewed('shoes'), viewed('hats'), track('Order Completed', { revenue: 20 }));
    const { body } = await call('get', 'audiences/warm/explain').query({ profile: 'user_id:u1' }).expect(200);
    expect(body).toMatchObject({
      isMember: true,
      matches: true,
      parts: [
        {
          kind: 'computed',
          condition: { path: 'computed.score', is: 'at_least', value: 15 },
          actual: expect.closeTo(30, 2),
        },
      ],
    });
    const [{ flipsAt }] = body.parts as [{ flipsAt: string }];
    // Half of thirty after one half-life.
    expect((Date.parse(flipsAt) - Date.now()) / day).toBeCloseTo(10, 2);
    const [profile] = await api.store.profiles.page(workspace.ws, 1);
    expect(profile?.nextCheckAt).toBe(Date.parse(flipsAt));
  });

  it('may be tried out in the rule of a preview before anything is saved', async () => {
    await putTrait('spend', spend).expect(200);
    await apply(track('Order Completed', { revenue: 40 }), track('Order Completed', { revenue: 5 }, 0, 'u2'));
    const rule = { path: 'computed.spend', is: 'greater_than', value: 20 };
    const { body } = await call('post', 'audiences/draft/preview').send({ rule }).expect(200);
    expect(body).toMatchObject({ count: 1 });
    await call('post', 'audiences/draft/preview')
      .send({ rule: { ...rule, path: 'computed.nothing' } })
      .expect(400);
  });

  it.each([
    [{ path: 'computed.spend', is: 'contains', value: 'x' }, '/rule/is', '"contains" cannot compare'],
    [{ path: 'computed.spend', is: 'equals', value: 'x' }, '/rule/value', 'needs a number'],
    [{ path: 'computed.spend', is: 'in', value: [1, 'x'] }, '/rule/value', 'compares a number here'],
    [{ path: 'computed.viewed', is: 'at_least', value: 1 }, '/rule/is', 'is a list'],
    [{ path: 'computed.spend[]', is: 'equals', value: 1 }, '/rule/path', 'of a list "[]"'],
    [{ path: 'computed.spend.deep', is: 'equals', value: 1 }, '/rule/path', 'of a list "[]"'],
    [{ path: 'computed', is: 'set' }, '/rule/path', 'of a list "[]"'],
    [{ path: 'computed.nothing', is: 'set' }, '/rule/path', 'no computed trait "nothing"'],
    [{ path: 'traits.tier', is: 'set' }, '/rule/path', 'Only rules inside a journey'],
  ])('refuses the rule %j', async (rule, pointer, message) => {
    await putTrait('spend', spend).expect(200);
    await putTrait('viewed', { event: 'Product Viewed', list: 'category' }).expect(200);
    const { body } = await putAudience('vip', rule).expect(400);
    expect(body.errors).toMatchObject([{ pointer, message: expect.stringContaining(message) }]);
  });

  it.each([
    [{ event: 'X' }, 'one of count'],
    [{ event: 'X', count: true, sum: 'a' }, 'one of count'],
    [{ event: 'X', max: 5 }, 'how many values a "list" has'],
    [{ event: 'X', list: 'a', max: 'b' }, '"max" is how many'],
    [{ event: 'X', list: 'a', max: 101 }, ''],
    [{ score: [] }, ''],
    [{ score: [{ event: 'X', points: 1, where: [{ property: 'a', is: 'before', value: '-3d' }] }] }, 'time of asking'],
    [{ event: 'X', count: true, halfLife: '3d' }, ''],
    [{ event: 'heddle:contacted', count: true }, "Heddle's own"],
    [{ score: [{ event: 'heddle:contacted', points: 1 }] }, "Heddle's own"],
    ['text', ''],
    [null, ''],
  ])('refuses the value %j', async (value, message) => {
    const { body } = await putTrait('broken', value as object).expect(400);
    expect(JSON.stringify(body.errors)).toContain(JSON.stringify(message).slice(1, -1));
  });

  it('are read also by a rule that is being prepared', async () => {
    await putTrait('spend', spend).expect(200);
    await putAudience('vip', { trait: 'tier', is: 'set' }).expect(200);
    await apply();
    const edit = { path: 'computed.spend', is: 'at_least', value: 50 };
    const { body } = await putAudience('vip', edit).expect(200);
    expect(body).toMatchObject({ rule: { trait: 'tier' }, next: { rule: edit } });
    await call('delete', 'computed-traits/spend').expect(409);
    await putTrait('spend', { event: 'Order Completed', list: 'revenue' }).expect(409);
    await apply();
    expect((await call('get', 'audiences/vip')).body).toMatchObject({ rule: edit, status: 'ready' });
  });

  it('may be changed while rules read them, to another value but not to another type, and are not deleted before', async () => {
    await putTrait('spend', spend).expect(200);
    await putAudience('vip', { path: 'computed.spend', is: 'at_least', value: 50 }).expect(200);
    await apply(track('Order Completed', { revenue: 40, tax: 60 }));
    const size = async () => ((await call('get', 'audiences/vip').expect(200)).body as { size: number }).size;
    expect(await size()).toBe(0);
    const { body: refused } = await putTrait('spend', { event: 'Order Completed', list: 'revenue' }).expect(409);
    expect(refused.detail).toContain('vip');
    await call('delete', 'computed-traits/spend').expect(409);
    await putTrait('spend', { ...spend, sum: 'tax' }).expect(200);
    expect((await call('get', 'audiences/vip')).body).toMatchObject({ status: 'computing', version: 1 });
    await apply();
    expect(await size()).toBe(1);
    const stays = await call('get', 'profiles/user_id:u1/audiences').expect(200);
    expect(stays.body.data).toHaveLength(1);
    await call('delete', 'audiences/vip').expect(204);
    await call('delete', 'computed-traits/spend').set('If-Match', '"1"').expect(412);
    await call('delete', 'computed-traits/spend').expect(204);
    await apply();
    expect((await call('get', 'profiles/user_id:u1')).body).not.toHaveProperty('computed');
  });

  it('are masked like the property they come from, for whoever may not see personal data', async () => {
    await putTrait('mail', { event: 'Signed Up', last: 'email' }).expect(200);
    await putTrait('said', { event: 'Signed Up', list: 'note' }).expect(200);
    await putTrait('number', { event: 'Signed Up', max: 'phone' }).expect(200);
    await putAudience('known', { path: 'computed.mail', is: 'set' }).expect(200);
    await apply(track('Signed Up', { email: 'ann@x.example', phone: 4915123, note: 'write to ann@x.example' }));
    const blind = await keyWith('profiles:read', 'audiences:read');
    const { body } = await call('get', 'profiles/user_id:u1', blind).expect(200);
    expect(JSON.stringify(body)).not.toContain('ann@');
    expect(body).toMatchObject({ computed: { number: '•••' } });
    const explained = await call('get', 'audiences/known/explain', blind).query({ profile: 'user_id:u1' }).expect(200);
    expect(JSON.stringify(explained.body)).not.toContain('ann@');
    expect(explained.body.parts[0].actual).toBe('•••');
    await call('put', 'computed-traits/mine', blind).send({ name: 'Mine', value: spend }).expect(403);
  });
});

import request from 'supertest';
import { sendBatch, useTestApi, useWorkspace } from '../../testing/test-api';

const day = 86_400_000;
const gold = { trait: 'tier', is: 'equals', value: 'gold' };
const ordered = { event: 'Order Completed', count: { is: 'at_least', value: 2 }, within: '30d' };

const api = useTestApi();
const workspace = useWorkspace(api, beforeEach);

const call = (method: 'get' | 'put', path: string, key = workspace.apiKey) =>
  request(api.app)[method](path).auth(key, { type: 'bearer' });
const put = (key: string, rule: object) => call('put', `/v1/audiences/${key}`).send({ name: key, rule }).expect(200);
const explain = (key: string, profile: string, at?: string, apiKey?: string) =>
  call('get', `/v1/audiences/${key}/explain`, apiKey).query({ profile, ...(at !== undefined && { at }) });
const ago = (days: number): string => new Date(Date.now() - days * day).toISOString();
const order = (daysAgo: number) => ({
  ...{ type: 'track', userId: 'u1', event: 'Order Completed', timestamp: ago(daysAgo) },
});
const identify = (traits: object, daysAgo = 0) => ({ type: 'identify', userId: 'u1', traits, timestamp: ago(daysAgo) });

async function apply(...batch: object[]): Promise<void> {
  await sendBatch(api.app, workspace.secretKey, batch).expect(200);
  await api.catchUp(workspace.ws);
}

const keyWith = async (...scopes: string[]): Promise<string> => {
  const key = { name: 'k', kind: 'management' as const, scopes, source: 'test', createdAt: 0 };
  return (await api.store.keys.create(workspace.ws, 'dev', key)).text;
};

describe('GET /v1/audiences/{key}/explain', () => {
  it('says of somebody who is in it why, by how much, and until when', async () => {
    await put('regulars', { all: [gold, ordered] });
    await apply(identify({ tier: 'gold' }, 40), order(10), order(5), order(1));
    const { body } = await explain('regulars', 'user_id:u1').expect(200);
    expect(body).toMatchObject({
      audience: 'regulars',
      version: 1,
      isMember: true,
      matches: true,
      nearest: ['/all/0'],
    });
    expect(body.parts).toMatchObject([
      { pointer: '', kind: 'all', matches: true },
      { pointer: '/all/0', kind: 'trait', condition: gold, actual: 'gold' },
      { pointer: '/all/1', kind: 'event', condition: ordered, actual: 3 },
    ]);
    // Two are enough: the audience lets them go when the second newest leaves.
    const [{ flipsAt }] = body.parts as [{ flipsAt: string }];
    expect((Date.parse(flipsAt) - Date.now()) / day).toBeCloseTo(25, 1);
  });

  it('says what was so at a past instant, and that nobody knew them before', async () => {
    await put('regulars', { all: [gold, ordered] });
    await apply(identify({ tier: 'iron' }, 40), order(39), identify({ tier: 'gold' }, 5), order(4), order(3));
    const { body: then } = await explain('regulars', 'user_id:u1', ago(20)).expect(200);
    expect(then).toMatchObject({ matches: false, nearest: ['/all/0', '/all/1'] });
    expect(then.parts[1]).toMatchObject({ actual: 'iron' });
    expect(then.parts[2]).toMatchObject({ actual: 1 });
    expect(then).not.toHaveProperty('isMember');
    const { body: before } = await explain('regulars', 'user_id:u1', ago(80)).expect(200);
    expect(before).toMatchObject({ matches: false, isUnknown: true, parts: [], nearest: [] });
  });

  it('answers of no time whose events are gone, and neither does a preview', async () => {
    await put('regulars', { all: [gold, ordered] });
    await apply(identify({ tier: 'gold' }, 150));
    await call('put', '/v1/policies/retention').send({ events: 100 }).expect(200);
    const preview = (daysAgo: number) =>
      request(api.app)
        .post('/v1/audiences/regulars/preview')
        .auth(workspace.apiKey, { type: 'bearer' })
        .send({ asOf: ago(daysAgo) });
    await explain('regulars', 'user_id:u1', ago(99)).expect(200);
    await preview(99).expect(200);
    expect((await explain('regulars', 'user_id:u1', ago(101)).expect(400)).body.detail).toContain('100 days');
    expect((await preview(101).expect(400)).body.detail).toContain('100 days');
  });

  it('counts the members of a household as the audience does, and refuses those of the past', async () => {
    await put('homes', { group: 'household', members: ordered });
    const join = (userId: string) => ({
      ...{ type: 'group', userId, groupId: 'home-17', context: { groupType: 'household' } },
    });
    await apply(join('u1'), join('u2'), order(2), order(1));
    const { body: self } = await explain('homes', 'user_id:u1').expect(200);
    expect(self).toMatchObject({
      isMember: true,
      parts: [{ kind: 'group', actual: [{ members: 2, othersThatMatch: 0 }] }],
    });
    const { body: other } = await explain('homes', 'user_id:u2').expect(200);
    expect(other).toMatchObject({ matches: true, parts: [{ actual: [{ members: 2, othersThatMatch: 1 }] }] });
    await explain('homes', 'user_id:u2', ago(1)).expect(400);
  });

  it('shows personal data only to a key that may see it, and nobody to one that may not read profiles', async () => {
    const oldest = { event: 'Signed Up', max: { property: 'age', is: 'at_least', value: 18 } };
    await put('named', {
      any: [oldest, { trait: 'first_name', is: 'equals', value: 'Ann' }, { trait: 'contact', is: 'set' }, gold],
    });
    await apply(
      { type: 'track', userId: 'u1', event: 'Signed Up', properties: { age: 44 } },
      identify({ first_name: 'Ann', contact: 'ann@example.com', tier: 'gold' }),
    );
    const actual = async (...scopes: string[]): Promise<unknown[]> => {
      const { body } = await explain('named', 'user_id:u1', undefined, await keyWith(...scopes)).expect(200);
      return (body.parts as { actual?: unknown }[]).slice(1).map((part) => part.actual);
    };
    expect(await actual('audiences:read', 'profiles:read', 'profiles:pii')).toEqual([
      44,
      'Ann',
      'ann@example.com',
      'gold',
    ]);
    expect(await actual('audiences:read', 'profiles:read')).toEqual(['•••', '•••', '•••', 'gold']);
    await explain('named', 'user_id:u1', undefined, await keyWith('audiences:read')).expect(403);
    await explain('nobody', 'user_id:u1').expect(404);
    await explain('named', 'user_id:u9').expect(404);
  });
});

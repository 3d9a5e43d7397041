import request from 'supertest';
import type { IdentityPolicy, Profile } from '../../client/types';
import { sendBatch, useTestApi, useWorkspace } from '../../testing/test-api';

const api = useTestApi();
const workspace = useWorkspace(api, beforeEach);

const call = (method: 'get' | 'post' | 'put' | 'delete', path: string, key = workspace.apiKey) =>
  request(api.app)[method](path).auth(key, { type: 'bearer' });
const put = (policy: IdentityPolicy) => call('put', '/v1/policies/identity').send(policy);
async function apply(events: readonly object[], key = workspace.secretKey): Promise<void> {
  await sendBatch(api.app, key, events).expect(200);
  await api.catchUp(workspace.ws);
}
async function keyOf(source: string): Promise<string> {
  const { body } = await call('post', '/v1/keys').send({ kind: 'secret', name: source, source }).expect(201);
  return (body as { key: string }).key;
}
const named = (...ids: readonly (readonly [type: string, id: string])[]) => ({
  context: { externalIds: ids.map(([type, id]) => ({ type, id })) },
});
const profile = async (ref: string) => (await call('get', `/v1/profiles/${ref}`).expect(200)).body as Profile;

describe('the rules of traits', () => {
  it('hold for what is said and for what is merged, under any name a trait has', async () => {
    const rules = { 'first.touch': 'first', $tags: 'union', points: 'sum', tier: { sources: ['crm'] } } as const;
    await put({ traits: rules }).expect(200);
    expect((await call('get', '/v1/policies/identity').expect(200)).body).toEqual({ traits: rules });
    const [crm, shop] = [await keyOf('crm'), await keyOf('shop')];
    const a = ['email', 'a@x.example'] as const;
    const b = ['email', 'b@x.example'] as const;
    const said = (of: typeof a | typeof b, traits: object) => ({ type: 'identify', traits, ...named(of) });
    await apply([said(a, { 'first.touch': 'ad', $tags: ['x'], points: 2, tier: 'gold' })], crm);
    await apply([said(a, { 'first.touch': 'mail', tier: 'none' })], shop);
    await apply([said(b, { 'first.touch': 'shop', $tags: ['y', 'x'], points: 3, tier: 'silver' })], shop);
    await apply([{ type: 'track', event: 'Met', ...named(a, b) }]);
    for (const ref of ['email:a@x.example', 'email:b@x.example'])
      expect(await profile(ref)).toMatchObject({
        traits: { 'first.touch': 'ad', $tags: ['x', 'y'], points: 5, tier: 'gold' },
      });
  });
});

describe('the form of a type', () => {
  const ignoring = { types: { user_id: { ignoreCase: true }, app_user_id: { form: 'digits' } } } as const;

  it('makes one person of the ways to write an id, and finds them by each of these', async () => {
    await put(ignoring).expect(200);
    await apply([
      { type: 'track', event: 'Viewed', userId: 'U1' },
      { type: 'identify', userId: 'u1', traits: { tier: 'gold' }, ...named(['app_user_id', '12-34']) },
    ]);
    const { id } = await profile('user_id:U1');
    for (const ref of ['user_id:u1', 'app_user_id:1234', 'app_user_id:12 34']) expect((await profile(ref)).id).toBe(id);
    const { body } = await call('get', '/v1/profiles?q=U1').expect(200);
    expect(body).toMatchObject({ data: [{ id }] });
  });

  it('is that of suppressions and erasures: whoever is erased in capitals does not come back in small letters', async () => {
    await put(ignoring).expect(200);
    await apply([{ type: 'track', event: 'Viewed', userId: 'u1', traits: { nick: 'U1' } }]);
    const entries = [{ identifier: { type: 'user_id', value: 'U1' }, reason: 'manual', scope: 'everything' }];
    expect((await call('post', '/v1/suppressions').send({ entries }).expect(200)).body).toMatchObject({ saved: 1 });
    expect((await call('get', '/v1/suppressions/user_id:u1').expect(200)).body).toMatchObject({ data: [{}] });
    await call('delete', '/v1/profiles/user_id:U1').expect(202);
    await apply([{ type: 'track', event: 'Viewed', userId: 'u1', messageId: 'again' }]);
    expect(await api.store.events.byMessageId(workspace.ws, 'again')).toBeNull();
    await call('get', '/v1/profiles/user_id:u1').expect(404);
  });

  it('leaves what was stored before as it is, where it is found as it was written', async () => {
    await apply([{ type: 'track', event: 'Viewed', userId: 'Old' }]);
    const { id } = await profile('user_id:Old');
    await put(ignoring).expect(200);
    expect((await profile('user_id:Old')).id).toBe(id);
    await call('get', '/v1/profiles/user_id:OLD').expect(404);
    await call('put', '/v1/suppressions/user_id:Old').send({}).expect(200);
    await apply([{ type: 'track', event: 'Viewed', userId: 'OLD' }]);
    expect((await profile('user_id:Old')).id).not.toBe(id);
    expect(await profile(id)).toMatchObject({ identifiers: [{ value: 'Old' }] });
  });
});

describe("a type of the workspace's own", () => {
  const loyalty = { isKnown: true, isUnique: true, form: 'digits' } as const;
  const own: IdentityPolicy = { types: { loyalty_id: loyalty, tag: { isKnown: false } } };
  const signingSecret = `whsec_${Buffer.alloc(32, 1).toString('base64')}`;
  const hook = { type: 'webhook', name: 'Hook', settings: { url: 'https://hook.example' }, secrets: { signingSecret } };

  it('is carried by events as external ids are, and is one way to know somebody', async () => {
    await put(own).expect(200);
    const externalIds = [{ id: '12-34', type: 'loyalty_id', collection: 'users', encoding: 'none' }];
    await apply([{ type: 'track', event: 'Viewed', userId: 'ada', context: { externalIds } }]);
    await apply([{ type: 'identify', traits: { tier: 'gold', tag: 'no id' }, ...named(['loyalty_id', '1234']) }]);
    const ada = await profile('user_id:ada');
    expect(ada).toMatchObject({ traits: { tier: 'gold' } });
    expect(await profile('loyalty_id:1234')).toEqual(ada);
    expect(ada.identifiers).toMatchObject([{ type: 'user_id' }, { type: 'loyalty_id', value: '1234' }]);
    await call('get', '/v1/profiles/tag:no id').expect(404);
  });

  it('keeps strangers apart like any other: by priority, one value for each, and what public keys may tie', async () => {
    await put({ ...own, priority: ['loyalty_id'] }).expect(200);
    await apply([{ type: 'track', event: 'Viewed', userId: 'ada', ...named(['loyalty_id', '1']) }]);
    await apply([{ type: 'track', event: 'Viewed', userId: 'bob', ...named(['tag', 't']) }]);
    const meet = { type: 'track', event: 'Viewed', userId: 'bob', ...named(['loyalty_id', '1']) };
    await apply([{ ...meet, messageId: 'unique' }]);
    await apply([{ ...meet, userId: 'cy', ...named(['loyalty_id', '2']) }]);
    await apply([{ ...meet, userId: undefined, ...named(['email', 'bob@x.example'], ['loyalty_id', '3']) }]);
    await apply([{ ...meet, userId: undefined, ...named(['email', 'bob@x.example'], ['loyalty_id', '2']) }]);
    const { body } = await call('get', '/v1/identity/violations?type=user_id').expect(200);
    expect(body).toMatchObject({ data: [{ messageId: 'unique', dropped: [{ type: 'user_id', reason: 'unique' }] }] });
    expect((await call('get', '/v1/identity/violations?type=email').expect(200)).body).toMatchObject({
      data: [{ dropped: [{ type: 'email', reason: 'unique' }] }],
    });
    await apply([{ type: 'identify', traits: { email: 'zed@x.example' } }]);
    const tie = { type: 'track', event: 'Viewed', ...named(['loyalty_id', '1'], ['email', 'zed@x.example']) };
    await apply([tie], workspace.publicKey);
    expect((await call('get', '/v1/identity/violations?reason=untrusted').expect(200)).body.data).toHaveLength(1);
  });

  it('is asked for by audiences, and leaves to where it is asked for', async () => {
    await put(own).expect(200);
    await call('put', '/v1/destinations/hook').send(hook).expect(200);
    const rule = { identifier: 'loyalty_id', is: 'set' };
    await call('put', '/v1/audiences/loyal').send({ name: 'Loyal', rule }).expect(200);
    const attachment = '/v1/audiences/loyal/destinations/hook';
    const { body } = await call('put', attachment)
      .send({ identifiers: ['shoe_size'] })
      .expect(400);
    expect(body.errors).toMatchObject([
      { pointer: '/identifiers/0', message: expect.stringContaining('loyalty_id') as string },
    ]);
    await call('put', attachment)
      .send({ identifiers: ['loyalty_id'] })
      .expect(200);
    await apply([{ type: 'track', event: 'Viewed', userId: 'ada', ...named(['loyalty_id', '1']) }]);
    expect((await call('get', '/v1/audiences/loyal/members').expect(200)).body.data).toHaveLength(1);
  });

  it.each<[string, string, 'post' | 'put' | 'get', object | undefined, string]>([
    [
      'a mapping of a file',
      '/v1/imports',
      'post',
      { mapping: { columns: { no: { to: 'identifier', type: 'shoe' } } } },
      '/mapping/columns/no',
    ],
    [
      'a mapping of messages',
      '/v1/sources/tool',
      'put',
      {
        type: 'stripe',
        name: 'Tool',
        settings: { mapping: { sold: [{ identifiers: { shoe: { from: 'id' } } }] } },
        secrets: { signingSecret },
      },
      '/settings/mapping/sold/0/identifiers/shoe',
    ],
    ['a question about violations', '/v1/identity/violations?type=shoe', 'get', undefined, '/type'],
    ['the policy itself', '/v1/policies/identity', 'put', { ...own, unique: ['shoe'] }, '/unique/0'],
  ])('is named, with those there are, where %s asks for another', async (_, path, method, sent, pointer) => {
    await put(own).expect(200);
    const { body } = await call(method, path).send(sent).expect(400);
    expect(body.errors).toMatchObject([
      { pointer, message: expect.stringMatching(/loyalty_id.*tag.*PUT \/v1\/policies/) as string },
    ]);
  });

  it.each([
    ['1a', /a letter first/],
    ['event', /stands for something else/],
  ])('is not made under the name %s, and the answer says what names are like', async (name, says) => {
    const { body } = await put({ types: { [name]: { isKnown: true } } }).expect(400);
    expect(body).toMatchObject({
      errors: [{ pointer: `/types/${name}`, message: expect.stringMatching(says) as string }],
    });
  });

  it('may be a column of a file, part of a message, and what other vocabularies name somebody by', async () => {
    await put(own).expect(200);
    const mapping = { columns: { no: { to: 'identifier', type: 'loyalty_id' } } };
    await call('post', '/v1/imports').send({ mapping }).expect(201);
    const engagement = { type: 'Ordered', identifiers: { loyalty_id: '77' } };
    await request(api.app).post('/v1/engagements').auth(workspace.secretKey, '').send(engagement).expect(200);
    const cloud = { specversion: '1.0', id: '1', source: '/shop', type: 'Paid', subject: 'loyalty_id:7-7' };
    await request(api.app)
      .post('/v1/cloudevents')
      .auth(workspace.secretKey, '')
      .set('content-type', 'application/cloudevents+json')
      .send(JSON.stringify(cloud));
    await api.catchUp(workspace.ws);
    const { id } = await profile('loyalty_id:77');
    expect((await call('get', `/v1/profiles/${id}/events`).expect(200)).body.data).toHaveLength(2);
    const unknown = { type: 'Ordered', identifiers: { shoe: '77' } };
    const { body } = await request(api.app)
      .post('/v1/engagements')
      .auth(workspace.secretKey, '')
      .send(unknown)
      .expect(200);
    expect(body.rejected).toMatchObject([{ message: expect.stringContaining('loyalty_id') as string }]);
  });

  it("stays on profiles when it is taken away: who has it is found by it, and is nobody's browser", async () => {
    await put(own).expect(200);
    await apply([{ type: 'track', event: 'Viewed', ...named(['loyalty_id', '12-34']) }]);
    const before = await profile('loyalty_id:12-34');
    await put({}).expect(200);
    expect(await profile('loyalty_id:1234')).toEqual(before);
    await apply([
      { type: 'track', event: 'Viewed', userId: 'ada', messageId: 'later', ...named(['loyalty_id', '1234']) },
    ]);
    expect((await profile('user_id:ada')).id).not.toBe(before.id);
    const { body } = await call('get', '/v1/profiles/loyalty_id:9').expect(404);
    expect(body.detail).toContain('There is no such type of identifier');
    await call('delete', '/v1/profiles/loyalty_id:1234').expect(202);
    await call('get', `/v1/profiles/${before.id}`).expect(404);
  });
});

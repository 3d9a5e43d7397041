import request from 'supertest';
import { sendBatch, useTestApi, useWorkspace } from '../../testing/test-api';

const picked = { name: 'Picked', kind: 'manual', labels: ['by hand'] };
const gold = {
  name: 'Gold',
  description: 'Our best',
  labels: ['core'],
  rule: { trait: 'tier', is: 'equals', value: 'gold' },
};

const api = useTestApi();
const workspace = useWorkspace(api, beforeEach);

const call = (method: 'get' | 'put' | 'post' | 'delete', path: string, key = workspace.apiKey) =>
  request(api.app)[method](path).auth(key, { type: 'bearer' });
const put = (key: string, body: object) => call('put', `/v1/audiences/${key}`).send(body).expect(200);
const keyWith = async (...scopes: string[]) =>
  (
    await api.store.keys.create(workspace.ws, 'dev', {
      ...{ name: 'k', kind: 'management', scopes, source: 'test', createdAt: 0 },
    })
  ).text;
async function goldens(...people: object[]): Promise<void> {
  await put('gold', gold);
  const batch = people.map((traits, index) => ({
    type: 'identify',
    userId: `u${index}`,
    traits: { tier: 'gold', ...traits },
  }));
  await sendBatch(api.app, workspace.secretKey, batch).expect(200);
  await api.catchUp(workspace.ws);
}

describe('the list of audiences', () => {
  const keys = async (query: string) =>
    ((await call('get', `/v1/audiences?${query}`).expect(200)).body.data as { key: string }[]).map(({ key }) => key);
  beforeEach(async () => {
    await put('gold', gold);
    await put('picked', picked);
  });

  it.each([
    ['', ['gold', 'picked']],
    ['q=BEST', ['gold']],
    ['q=ick', ['picked']],
    ['label=core', ['gold']],
    ['label=cor', []],
    ['kind=manual', ['picked']],
    ['starred=false', ['gold', 'picked']],
    ['q=o&label=by%20hand', []],
  ])('asked with "%s" has %j', async (query, found) => {
    expect(await keys(query)).toEqual(found);
  });

  it('pages through what was asked for alone, and refuses what cannot be', async () => {
    await put('gold-2', gold);
    const { body } = await call('get', '/v1/audiences?label=core&limit=1').expect(200);
    expect(await keys(`label=core&limit=1&cursor=${body.next}`)).toEqual(['gold-2']);
    await call('get', '/v1/audiences?starred=yes').expect(400);
    await call('get', '/v1/audiences?tag=core').expect(400);
  });

  it('has those with a star, which makes no version and outlives the next one, and goes with the audience', async () => {
    await call('put', '/v1/audiences/gold/star').expect(204);
    await call('put', '/v1/audiences/gold/star').expect(204);
    await put('gold', { ...gold, name: 'Golden' });
    expect((await call('get', '/v1/audiences/gold').expect(200)).body).toMatchObject({ version: 2, isStarred: true });
    expect(await keys('starred=true')).toEqual(['gold']);
    await call('delete', '/v1/audiences/gold').expect(204);
    await put('gold', gold);
    expect(await keys('starred=true')).toEqual([]);
    await call('put', '/v1/audiences/picked/star').expect(204);
    await call('delete', '/v1/audiences/picked/star').expect(204);
    expect(await keys('starred=true')).toEqual([]);
    await call('put', '/v1/audiences/nobody/star').expect(404);
    await call('put', '/v1/audiences/gold/star', await keyWith('audiences:read')).expect(403);
  });
});

describe('GET /v1/audiences/{key}/members/export', () => {
  const exported = (query = '', key?: string) => call('get', `/v1/audiences/gold/members/export?${query}`, key);

  it('writes who is in it with what is asked for, safe to open in a spreadsheet', async () => {
    const address = { city: 'Oslo' };
    await goldens({ email: 'a@example.com', first_name: '=1+1', address }, { first_name: 'B, "the" b' });
    const { headers, text } = await exported('identifiers=user_id,email&traits=first_name,address.city,address').expect(
      200,
    );
    expect(headers['content-type']).toContain('text/csv');
    expect(headers['content-disposition']).toBe('attachment; filename="gold.csv"');
    const [head, ...lines] = text.trimEnd().split('\n');
    expect(head).toBe('profile,entered_at,user_id,email,traits.first_name,traits.address.city,traits.address');
    expect(lines.map((line) => line.replace(/^prf_[^,]+,[^,]+,/, '')).sort()).toEqual([
      `u0,a@example.com,'=1+1,Oslo,"{""city"":""Oslo""}"`,
      'u1,,"B, ""the"" b",,',
    ]);
  });

  it('writes NDJSON, by all types of identifier unless some are named', async () => {
    await goldens({ email: 'a@example.com', age: 7 });
    const { body } = await exported('format=ndjson&traits=age').responseType('blob').expect(200);
    const { id } = (await call('get', '/v1/profiles/user_id:u0').expect(200)).body;
    expect(JSON.parse((body as Buffer).toString())).toEqual({
      ...{ profile: id, enteredAt: expect.any(String), traits: { age: 7 } },
      identifiers: { user_id: 'u0', email: 'a@example.com' },
    });
  });

  it('goes on past a page, and has each member once', async () => {
    await goldens(...Array.from({ length: 520 }, () => ({})));
    const { text } = await exported('identifiers=user_id').expect(200);
    const users = text
      .trimEnd()
      .split('\n')
      .slice(1)
      .map((line) => line.split(',')[2]);
    expect([users.length, new Set(users).size]).toEqual([520, 520]);
  });

  it('needs to see audiences, profiles and personal data, and knows its types', async () => {
    await put('gold', gold);
    const scopes = ['audiences:read', 'profiles:read', 'profiles:pii'];
    for (const lacking of scopes) {
      const key = await keyWith(...scopes.filter((scope) => scope !== lacking));
      expect((await exported('', key).expect(403)).body.detail).toContain(lacking);
    }
    await exported('', await keyWith(...scopes)).expect(200);
    const { body } = await exported('identifiers=user_id,shoe_size').expect(400);
    expect(body.errors).toMatchObject([{ pointer: '/identifiers' }]);
  });

  it('finds no trait where nobody has one, whatever it is called, and knows what is no path', async () => {
    await goldens({});
    const { text } = await exported('identifiers=user_id&traits=__proto__,constructor,toString').expect(200);
    expect(text.trimEnd().split('\n').at(-1)).toMatch(/,u0,,,$/);
    for (const path of ['..a', 'a[', 'a[0]', '[]'])
      expect((await exported(`traits=${encodeURIComponent(path)}`).expect(400)).body.errors).toMatchObject([
        { pointer: '/traits' },
      ]);
  });
});

describe('POST /v1/audiences/{key}/duplicate', () => {
  const duplicate = (key: string, body: object, as?: string) =>
    call('post', `/v1/audiences/${key}/duplicate`, as).send(body);
  beforeEach(async () => {
    await put('gold', gold);
    await put('picked', picked);
  });

  it('saves what the audience says under another key and name, without its star', async () => {
    await call('put', '/v1/audiences/gold/star').expect(204);
    const { body, headers } = await duplicate('gold', { key: 'gold-2', name: 'Gold 2' }).expect(201);
    expect(headers['location']).toBe('/v1/audiences/gold-2');
    expect(body).toMatchObject({ audience: { ...gold, key: 'gold-2', name: 'Gold 2', version: 1, isStarred: false } });
    expect(body).not.toHaveProperty('operation');
    await duplicate('gold', { key: 'gold-2', name: 'Again' }).expect(409);
    expect((await call('get', '/v1/audiences/gold-2')).body).toMatchObject({ name: 'Gold 2' });
  });

  it('copies the members of a manual one when asked, by an operation', async () => {
    const { body } = await duplicate('picked', { key: 'p2', name: 'P 2', members: true }).expect(201);
    expect(body).toMatchObject({ audience: { kind: 'manual', size: 0 }, operation: { kind: 'audience-copy' } });
    expect((await duplicate('gold', { key: 'g2', name: 'G', members: true }).expect(400)).body.errors).toMatchObject([
      { pointer: '/members' },
    ]);
    await call('get', '/v1/audiences/g2').expect(404);
  });

  it('of two at once under one key saves one', async () => {
    const twice = await Promise.all(['A', 'B'].map((name) => duplicate('gold', { key: 'gold-2', name })));
    expect(twice.map(({ status }) => status).sort()).toEqual([201, 409]);
  });

  it('shows nobody a definition who may not read it', async () => {
    await duplicate('gold', { key: 'g2', name: 'G' }, await keyWith('audiences:write')).expect(403);
  });
});

describe('POST /v1/audiences/{key}/members/copy', () => {
  const copy = (key: string, from: string) => call('post', `/v1/audiences/${key}/members/copy`).send({ from });

  it('begins an operation, between audiences that are there and of which the one takes people by hand', async () => {
    await put('gold', gold);
    await put('picked', picked);
    const { body, headers } = await copy('picked', 'gold').expect(202);
    expect(headers['location']).toBe(`/v1/operations/${body.id}`);
    expect((await copy('gold', 'picked').expect(409)).body.detail).toContain('"kind": "manual"');
    await copy('picked', 'picked').expect(400);
    await copy('picked', 'nobody').expect(404);
    await copy('nobody', 'gold').expect(404);
  });
});

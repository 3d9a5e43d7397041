import { randomUUID } from 'node:crypto';
import request, { type Response } from 'supertest';
import { useTestApi, useWorkspace } from '../../testing/test-api';

const shop = 'https://shop.example';
const api = useTestApi();
const workspace = useWorkspace(api);

const put = (settings: object) =>
  request(api.app)
    .put('/v1/sources/website')
    .auth(workspace.apiKey, { type: 'bearer' })
    .send({ name: 'Shop', settings });
const ask = (query: object = {}, headers: Record<string, string> = {}) =>
  request(api.app)
    .get('/v1/id')
    .query({ writeKey: workspace.publicKey, ...query })
    .set(headers);
const cookieOf = ({ headers }: Response): string => (headers['set-cookie'] as unknown as string[])[0] ?? '';
const idOf = ({ body }: Response): string => (body as { id: string }).id;

describe('GET /v1/id', () => {
  it('gives a browser an id, and the same again by its cookie, kept for 400 days more', async () => {
    const first = await ask().expect(200);
    expect(idOf(first)).toMatch(/^[0-9a-f-]{36}$/);
    expect(first.headers['cache-control']).toBe('no-store');
    const [pair = '', ...attributes] = cookieOf(first).split('; ');
    expect(attributes).toEqual(['Max-Age=34560000', 'Path=/', 'SameSite=Lax', 'HttpOnly']);
    const again = await ask({}, { cookie: `other=1; ${pair}`, 'x-forwarded-proto': 'https' }).expect(200);
    expect(idOf(again)).toBe(idOf(first));
    expect(cookieOf(again)).toContain('; Secure');
    expect(idOf(await ask())).not.toBe(idOf(first));
  });

  it('keeps the id a browser has already', async () => {
    const id = randomUUID();
    const [pair = ''] = cookieOf(await ask()).split('; ');
    const answer = await ask({ id }, { cookie: pair }).expect(200);
    expect(idOf(answer)).toBe(id);
    expect(cookieOf(answer)).toContain(`=${id};`);
  });

  it.each(['ann@example.com', '0f8fad5b-d9cb-469f-a165-70867728950e;Domain=x', '1'])(
    'gives nobody an id of another shape: %s',
    async (id) => {
      await ask({ id }).expect(400);
      const [name] = cookieOf(await ask()).split('=');
      const answer = await ask({}, { cookie: `${name}=${encodeURIComponent(id)}` }).expect(200);
      expect(idOf(answer)).toMatch(/^[0-9a-f-]{36}$/);
      expect(cookieOf(answer)).not.toContain(`=${encodeURIComponent(id)};`);
    },
  );

  it('keeps workspaces on one host apart', async () => {
    const other = await api.createWorkspace('Other');
    const [pair = ''] = cookieOf(await ask()).split('; ');
    const answer = await ask({ writeKey: other.publicKey }, { cookie: pair }).expect(200);
    expect(pair).not.toContain(idOf(answer));
  });

  it('answers the origins of its source with their cookies, and nobody else', async () => {
    const refused = await ask({}, { origin: shop }).expect(403);
    expect(refused.headers).not.toHaveProperty('access-control-allow-origin');
    expect(refused.headers).not.toHaveProperty('set-cookie');
    await put({ origins: [shop], idCookie: { httpOnly: false, days: 30 } }).expect(200);
    const answer = await ask({}, { origin: shop }).expect(200);
    expect(answer.headers).toMatchObject({
      'access-control-allow-origin': shop,
      'access-control-allow-credentials': 'true',
      vary: 'Origin',
    });
    expect(cookieOf(answer)).toMatch(/Max-Age=2592000; Path=\/; SameSite=Lax; Secure$/);
    await ask({}, { origin: 'https://shop.example.evil.example' }).expect(403);
    await ask({}, { 'sec-fetch-site': 'cross-site', 'sec-fetch-dest': 'document' }).expect(403);
    await ask({ writeKey: 'hdl_dev_x' }, { origin: shop }).expect(401);
  });

  it.each(['*', 'shop.example', 'https://shop.example/', 'https://Shop.example', 'file:///x', 'null'])(
    'takes no origin that no browser sends: %s',
    async (origin) => {
      const { body } = await put({ origins: [origin] }).expect(400);
      expect(body).toMatchObject({ errors: [{ pointer: '/settings/origins/0' }] });
    },
  );
});

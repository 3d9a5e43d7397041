import request from 'supertest';
import type { AuditEntry } from '../../client/types';
import { sendBatch, useTestApi, useWorkspace } from '../../testing/test-api';

const api = useTestApi();
const workspace = useWorkspace(api, beforeEach);

const as = (key = workspace.apiKey) => {
  const auth = (call: request.Test) => call.auth(key, { type: 'bearer' });
  return {
    put: (path: string, body: object) => auth(request(api.app).put(path)).send(body),
    post: (path: string, body: object) => auth(request(api.app).post(path)).send(body),
    get: (path: string) => auth(request(api.app).get(path)),
    delete: (path: string) => auth(request(api.app).delete(path)),
  };
};
const entries = async (query = '', key = workspace.apiKey) =>
  ((await as(key).get(`/v1/audit${query}`).expect(200)).body as { data: AuditEntry[] }).data;

describe('GET /v1/audit', () => {
  it('says who changed what, newest first, and by which request', async () => {
    const rule = { trait: 'tier', is: 'equals', value: 'gold' };
    const { headers } = await as().put('/v1/audiences/vip', { name: 'VIP', rule }).expect(200);
    await as()
      .put('/v1/policies/identity', { unique: ['email'] })
      .expect(200);
    const [policy, audience] = await entries();
    expect(policy).toMatchObject({ action: 'PUT /v1/policies/identity', target: {}, status: 200 });
    expect(audience).toMatchObject({
      ...{ action: 'PUT /v1/audiences/{key}', target: { key: 'vip' } },
      ...{ key: expect.any(String), requestId: headers['x-request-id'] },
    });
    expect(await entries(`?key=${audience?.key}`)).toHaveLength(2);
    expect(await entries('?key=nobody')).toEqual([]);
  });

  it('has of people their ids, never what they are known by, and finds what was done about one of them', async () => {
    await sendBatch(api.app, workspace.secretKey, [
      { type: 'identify', userId: 'ada', traits: { email: 'ada@example.com' } },
      { type: 'identify', userId: 'bob' },
    ]).expect(200);
    await api.catchUp(workspace.ws);
    const { body: ada } = await as().get('/v1/profiles/user_id:ada').expect(200);
    await as().put('/v1/profiles/email:ada@example.com/restriction', {}).expect(200);
    await as().put('/v1/profiles/user_id:bob/restriction', {}).expect(200);
    const found = await entries(`?profile=${ada.id}`);
    await as().delete('/v1/accounts/ada@example.com/members/user_id:bob').expect(204);
    expect(found).toMatchObject([{ action: 'PUT /v1/profiles/{ref}/restriction', target: {}, profile: ada.id }]);
    expect(JSON.stringify(await entries())).not.toMatch(/ada@|user_id/);
  });

  it('leaves out what reads, what is refused, and what is answered from memory', async () => {
    await as().get('/v1/keys').expect(200);
    await as().put('/v1/audiences/vip', { name: 'VIP' }).expect(400);
    const key = { name: 'shop', kind: 'secret' };
    const make = () => as().post('/v1/keys', key).set('Idempotency-Key', 'once').expect(201);
    await make();
    await make();
    expect((await entries()).map(({ action }) => action)).toEqual(['POST /v1/keys']);
  });

  it('takes a key that may do everything, and shows nothing of another workspace', async () => {
    await as().put('/v1/policies/identity', {}).expect(200);
    const other = await api.createWorkspace('Other');
    expect(await entries('', other.apiKey)).toEqual([]);
    const reader = { name: 'r', kind: 'management' as const, scopes: ['profiles:read'], source: 'x', createdAt: 0 };
    await as((await api.store.keys.create(workspace.ws, 'dev', reader)).text)
      .get('/v1/audit')
      .expect(403);
  });
});

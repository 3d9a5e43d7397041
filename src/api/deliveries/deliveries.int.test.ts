import request from 'supertest';
import { sendBatch, useTestApi, useWorkspace } from '../../testing/test-api';

const api = useTestApi();
const workspace = useWorkspace(api);

async function aReader(...scopes: string[]): Promise<(path: string) => request.Test> {
  const key = { name: 'reader', kind: 'management' as const, scopes, source: 'test', createdAt: 0 };
  const { text } = await api.store.keys.create(workspace.ws, 'dev', key);
  return (path) => request(api.app).get(path).auth(text, { type: 'bearer' });
}

describe('GET /v1/deliveries', () => {
  it('says whose an identifier is only to a key that reads profiles', async () => {
    await sendBatch(api.app, workspace.secretKey, [{ type: 'identify', userId: 'u1', traits: { email: 'ada@x.no' } }]);
    await api.catchUp(workspace.ws);
    const blind = await aReader('destinations:read');
    await blind('/v1/deliveries').expect(200);
    for (const person of ['email:ada@x.no', 'email:nobody@x.no'])
      expect((await blind(`/v1/deliveries?profile=${person}`).expect(403)).body.detail).toContain('profiles:read');
    const reader = await aReader('destinations:read', 'profiles:read');
    expect((await reader('/v1/deliveries?profile=email:ada@x.no').expect(200)).body).toEqual({ data: [] });
    await reader('/v1/deliveries?profile=email:nobody@x.no').expect(404);
  });
});

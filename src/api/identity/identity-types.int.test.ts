import request from 'supertest';
import type { IdentityPolicy } from '../../client/types';
import { sendBatch, useTestApi, useWorkspace } from '../../testing/test-api';

const api = useTestApi();
const workspace = useWorkspace(api, beforeEach);

const call = (method: 'get' | 'post' | 'put', path: string, key = workspace.apiKey) =>
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
const profile = async (ref: string) =>
  (await call('get', `/v1/profiles/${ref}`).expect(200)).body as Record<string, unknown>;

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

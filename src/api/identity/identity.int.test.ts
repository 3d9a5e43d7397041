import request from 'supertest';
import { applyEventBatch } from '../../activities/apply/apply';
import { WriteConflict } from '../../activities/apply/conflict';
import { RulesetCache } from '../../folding/ruleset-cache';
import type { IdentityPolicy } from '../../client/types';
import { sendBatch, useTestApi, useWorkspace } from '../../testing/test-api';

const api = useTestApi();
const workspace = useWorkspace(api, beforeEach);

const put = (policy: IdentityPolicy, key = workspace.apiKey) =>
  request(api.app).put('/v1/policies/identity').auth(key, { type: 'bearer' }).send(policy);
const get = async (path: string, key = workspace.apiKey) =>
  (await request(api.app).get(path).auth(key, { type: 'bearer' }).expect(200)).body as {
    readonly data: readonly { readonly messageId: string }[];
    readonly next?: string;
  };
const violations = async (query = '', key = workspace.apiKey) =>
  (await get(`/v1/identity/violations${query}`, key)).data.map(({ messageId }) => messageId);
const identify = (messageId: string, email: string) => ({
  ...{ type: 'identify', messageId, userId: 'ada', traits: { email } },
});
async function apply(...events: readonly object[]): Promise<void> {
  await sendBatch(api.app, workspace.secretKey, events).expect(200);
  await api.catchUp(workspace.ws);
}

describe('what a policy kept apart', () => {
  it('is listed once and whole, page by page, of events that came at one instant under the longest ids there are', async () => {
    await put({ unique: ['email'] }).expect(200);
    await apply(identify('first', 'ada@x.example'));
    const ids = Array.from({ length: 5 }, (_, n) => `${n}${'字'.repeat(254)}`);
    await apply(...ids.map((id) => identify(id, `${id[0]}@x.example`)));
    const seen: string[] = [];
    let next: string | undefined = '';
    while (next !== undefined) {
      const page = await get(`/v1/identity/violations?limit=2&reason=unique${next && `&cursor=${next}`}`);
      seen.push(...page.data.map(({ messageId }) => messageId));
      next = page.next;
    }
    expect(seen).toEqual(ids.toReversed());
  });

  it('is found by type and reason of one identifier, and by nobody else', async () => {
    await put({ unique: ['phone'], limits: { email: { most: 1 } } }).expect(200);
    await apply(identify('none', 'ada@x.example'));
    const device = (id: string) => ({ context: { externalIds: [{ type: 'phone', id }] } });
    await apply({ ...identify('phone', 'ada@x.example'), ...device('+436601234567') });
    await apply({ ...identify('both', 'other@x.example'), ...device('+436607654321') });
    expect(await violations()).toEqual(['both']);
    expect(await violations('?type=email')).toEqual(['both']);
    expect(await violations('?type=phone&reason=unique')).toEqual(['both']);
    expect(await violations('?type=email&reason=unique')).toEqual([]);
    const other = await api.createWorkspace('Other');
    expect(await violations('', other.apiKey)).toEqual([]);
  });
});

describe('setting the policy', () => {
  it('takes a key that may write profiles: one that may read them sees it and does not set it', async () => {
    const { body } = await request(api.app)
      .post('/v1/keys')
      .auth(workspace.apiKey, { type: 'bearer' })
      .send({ kind: 'management', name: 'reader', scopes: ['profiles:read'] })
      .expect(201);
    const { key } = body as { key: string };
    await put({ unique: ['email'] }, key).expect(403);
    expect(await get('/v1/policies/identity', key)).toEqual({});
  });

  it('while a batch is folded makes it be folded again, by the new policy', async () => {
    await apply(identify('first', 'ada@x.example'));
    await sendBatch(api.app, workspace.secretKey, [identify('second', 'other@x.example')]).expect(200);
    const batch = await api.store.events.claim(workspace.ws, 0, 10, 1_000_000);
    const rulesets = new RulesetCache(api.store);
    const current = rulesets.current.bind(rulesets);
    jest.spyOn(rulesets, 'current').mockImplementationOnce(async (ws) => {
      const before = await current(ws);
      await put({ unique: ['email'] }).expect(200);
      return before;
    });
    const applying = { store: api.store, clock: api.deps.clock, rulesets };
    await expect(applyEventBatch(applying, workspace.ws, batch)).rejects.toThrow(WriteConflict);
    expect((await applyEventBatch(applying, workspace.ws, batch)).blocked).toEqual(['unique']);
  });

  it('is refused where another was set since it was read', async () => {
    const tagOf = async () => {
      const read = request(api.app).get('/v1/policies/identity').auth(workspace.apiKey, { type: 'bearer' });
      return (await read.expect(200)).headers['etag'] ?? '';
    };
    const usual = await tagOf();
    const { headers } = await put({ unique: ['email'] })
      .set('If-Match', usual)
      .expect(200);
    expect([headers['etag'], await tagOf()]).toEqual(['"v1"', '"v1"']);
    const { body } = await put({}).set('If-Match', usual).expect(412);
    expect(body).toMatchObject({ type: 'urn:heddle:problem:stale' });
    await put({ unique: ['email'] })
      .set('If-Match', '"v1"')
      .expect(200);
    expect(await tagOf()).toBe('"v1"');
  });

  it('leaves one of two that come at once, whole', async () => {
    const policies = [{ unique: ['email'] }, { limits: { phone: { most: 2, per: 'ever' } } }] as const;
    await Promise.all(policies.map((policy) => put(policy).expect(200)));
    expect(policies).toContainEqual(await get('/v1/policies/identity'));
  });
});

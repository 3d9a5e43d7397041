import request from 'supertest';
import { applyEventBatch } from '../../activities/apply/apply';
import { RulesetCache } from '../../folding/ruleset-cache';
import type { IdentityPolicy } from '../../client/types';
import { erasePerson } from '../../store/erase-person';
import { inTransaction } from '../../store/open-store';
import { until } from '../../testing/system';
import { sendBatch, useTestApi, useWorkspace } from '../../testing/test-api';

const api = useTestApi();
const workspace = useWorkspace(api, beforeEach);

const asked = (method: 'get' | 'put' | 'post' | 'delete', path: string, body?: object, key = workspace.apiKey) => {
  const call = request(api.app)[method](path).auth(key, { type: 'bearer' });
  return body ? call.send(body) : call;
};
const profile = async (ref: string) => (await asked('get', `/v1/profiles/${ref}`).expect(200)).body as Shown;
const put = (policy: IdentityPolicy) => asked('put', '/v1/policies/identity', policy).expect(200);
interface Shown {
  readonly id: string;
  readonly identifiers: readonly { readonly value: string }[];
  readonly isShared?: true;
}
async function apply(...events: readonly object[]): Promise<void> {
  await sendBatch(api.app, workspace.secretKey, events).expect(200);
  await api.catchUp(workspace.ws);
}
/** The answer to a request that waits for the intake. */
async function whileIntakeRuns(call: request.Test): Promise<request.Response> {
  let answer: request.Response | undefined;
  void call.then((response) => (answer = response));
  return until(async () => {
    await api.catchUp(workspace.ws);
    return answer;
  }, 'the answer');
}
const view = (of: object) => ({ type: 'track', event: 'Viewed', ...of });
const valuesOf = ({ identifiers }: Shown): string[] => identifiers.map(({ value }) => value).sort();

describe('a browser that two people use', () => {
  it('is shown as nobody’s, in one batch or in several, and becomes somebody’s when a merge says so', async () => {
    await apply(view({ userId: 'u1', anonymousId: 'a' }));
    await apply(view({ userId: 'u2', anonymousId: 'a' }));
    await apply(view({ userId: 'u3', anonymousId: 'b' }), view({ userId: 'u4', anonymousId: 'b' }));
    const shared = await profile('anonymous_id:a');
    expect([valuesOf(shared), shared.isShared]).toEqual([['a'], true]);
    expect(await profile('anonymous_id:b')).toMatchObject({ isShared: true });
    expect(valuesOf(await profile('user_id:u1'))).toEqual(['u1']);
    await apply(view({ userId: 'u1', anonymousId: 'a' }), view({ anonymousId: 'a' }));
    const { body } = await asked('get', `/v1/profiles/${shared.id}/events`).expect(200);
    expect(body.data).toHaveLength(1);
    const { body: listed } = await asked('get', '/v1/identity/violations?reason=shared').expect(200);
    expect(listed.data).toMatchObject([{ dropped: [{ type: 'anonymous_id', reason: 'shared' }] }]);
    const merged = await whileIntakeRuns(asked('post', '/v1/profiles/user_id:u1/merge', { with: 'anonymous_id:a' }));
    expect(merged.body).toMatchObject({ isDone: true });
    expect(await profile('anonymous_id:a')).not.toHaveProperty('isShared');
    expect(valuesOf(await profile('user_id:u1'))).toEqual(['a', 'u1']);
  });

  it('stays with whom it was first where the policy says so', async () => {
    await put({ sharedDevices: 'owner' });
    await apply(view({ userId: 'u1', anonymousId: 'a' }), view({ userId: 'u2', anonymousId: 'a' }));
    expect(valuesOf(await profile('anonymous_id:a'))).toEqual(['a', 'u1']);
  });
});

it('a user id that a public key made up is not verified by what the API says of the person', async () => {
  const email = 'ann@x.example';
  const claims = [{ type: 'identify', userId: 'made-up', anonymousId: 'a', traits: { email } }];
  await sendBatch(api.app, workspace.publicKey, claims).expect(200);
  await api.catchUp(workspace.ws);
  await whileIntakeRuns(asked('put', `/v1/households/home/members/email:${email}`, {}));
  await apply({ type: 'identify', userId: 'ann', traits: { email } });
  expect(valuesOf(await profile(`email:${email}`))).toEqual(['ann', email]);
});

describe('an identifier in quarantine', () => {
  const shop = 'shop@x.example';
  const customer = (n: number, email = shop) => ({ type: 'identify', userId: `u${n}`, traits: { email } });
  const list = async (key = workspace.apiKey, query = '') =>
    (await asked('get', `/v1/identity/quarantine${query}`, undefined, key).expect(200)).body as {
      readonly data: readonly { readonly id: string; readonly value: string; readonly type: string }[];
      readonly next?: string;
    };

  it('is found by itself, ignored, listed and released', async () => {
    await put({ quarantine: { most: 3 } });
    for (const n of [1, 2, 3, 3, 4]) await apply(customer(n));
    const { data } = await list();
    expect(data).toMatchObject([{ type: 'email', value: shop, reason: 'people', people: 3, source: 'server' }]);
    await asked('get', `/v1/profiles/email:${shop}`).expect(404);
    await apply(customer(5), { type: 'identify', traits: { email: shop, tier: 'gold' }, anonymousId: 'a' });
    const { body } = await asked('get', '/v1/identity/violations?reason=quarantined').expect(200);
    expect(body.data).toHaveLength(2);
    await asked('delete', `/v1/identity/quarantine/${data[0]?.id}`).expect(204);
    await asked('delete', `/v1/identity/quarantine/${data[0]?.id}`).expect(404);
    await apply(customer(6));
    expect(valuesOf(await profile(`email:${shop}`))).toEqual([shop, 'u6']);
  });

  it('loses no event that names nobody else, in two batches or one', async () => {
    await whileIntakeRuns(asked('post', '/v1/identity/quarantine', { type: 'email', value: ' SHOP@x.example' }));
    const call = (n: number) => ({
      ...view({ properties: { n } }),
      context: { externalIds: [{ type: 'email', id: shop }] },
    });
    await apply(call(1));
    await apply(call(2), call(3));
    const { body } = await asked('get', '/v1/profiles').expect(200);
    const [keeper, ...others] = body.data as Shown[];
    expect([others, keeper?.isShared, keeper?.identifiers]).toEqual([[], true, []]);
    expect((await asked('get', `/v1/profiles/${keeper?.id}/events`).expect(200)).body.data).toHaveLength(4);
  });

  it('may be put in by hand, is listed page by page, and shows its value to those who may see it', async () => {
    await apply(customer(1), customer(2, 'two@x.example'));
    for (const value of [shop, 'two@x.example', 'nobody@x.example', shop]) {
      const asking = asked('post', '/v1/identity/quarantine', { type: 'email', value });
      expect((await whileIntakeRuns(asking)).body).toEqual({ isDone: true });
    }
    expect(valuesOf(await profile('user_id:u1'))).toEqual(['u1']);
    const first = await list(workspace.apiKey, '?limit=2');
    const rest = await list(workspace.apiKey, `?limit=2&cursor=${first.next}`);
    expect([...first.data, ...rest.data].map(({ value }) => value)).toEqual([
      ...['nobody@x.example', 'two@x.example', shop],
    ]);
    const { body } = await asked('post', '/v1/keys', { kind: 'management', name: 'r', scopes: ['profiles:read'] });
    expect((await list(body.key as string)).data.map(({ value }) => value)).toEqual(['•••', '•••', '•••']);
    const other = await api.createWorkspace('Other');
    expect((await list(other.apiKey)).data).toEqual([]);
    await asked('delete', `/v1/identity/quarantine/${first.data[0]?.id}`, undefined, other.apiKey).expect(404);
    await asked('post', '/v1/identity/quarantine', { type: 'email', value: 'shop' }).expect(400);
    await asked('post', '/v1/identity/quarantine', { type: 'email', value: shop }, body.key as string).expect(403);
  });

  it('is erased with all that came under it, and is in quarantine no more', async () => {
    await whileIntakeRuns(asked('post', '/v1/identity/quarantine', { type: 'email', value: shop }));
    await apply({ ...view({}), context: { externalIds: [{ type: 'email', id: shop }] } });
    const identifier = { type: 'email', value: shop };
    const erased = await inTransaction(api.store.connection, (session) =>
      erasePerson(api.store, workspace.ws, { identifier }, api.deps.clock(), session),
    );
    expect([erased?.profiles.length, erased?.keys.length, (await list()).data]).toEqual([1, 1, []]);
    expect((await asked('get', '/v1/profiles').expect(200)).body.data).toEqual([]);
    const again = asked('post', '/v1/identity/quarantine', identifier);
    expect((await whileIntakeRuns(again)).status).toBe(409);
    await apply(customer(1));
    expect(valuesOf(await profile('user_id:u1'))).toEqual(['u1']);
  });

  it('is counted whole by batches that come at once', async () => {
    await put({ quarantine: { most: 2 } });
    await apply(customer(1));
    const rulesets = new RulesetCache(api.store);
    const applying = { store: api.store, clock: api.deps.clock, rulesets };
    await sendBatch(api.app, workspace.secretKey, [customer(2), customer(3)]).expect(200);
    const batch = await api.store.events.claim(workspace.ws, 0, 10, 1_000_000);
    const folds = batch.map((event) => applyEventBatch(applying, workspace.ws, [event]));
    const outcomes = await Promise.allSettled(folds);
    await api.catchUp(workspace.ws);
    const applied = outcomes.filter(({ status }) => status === 'fulfilled').length;
    expect([applied > 0, (await list()).data.length]).toEqual([true, 1]);
  });
});

describe('what only public keys have said of somebody', () => {
  const claim = async (events: readonly object[]): Promise<void> => {
    await sendBatch(api.app, workspace.publicKey, events).expect(200);
    await api.catchUp(workspace.ws);
  };
  const identifiersOf = async (ref: string) =>
    (await asked('get', `/v1/profiles/${ref}/identifiers`).expect(200)).body.data as {
      readonly type: string;
      readonly value: string;
      readonly verifiedAt?: string;
    }[];

  it('is shown as unverified until a secret key says it, which takes it from whoever was first', async () => {
    await claim([{ type: 'identify', userId: 'mallory', traits: { email: 'ada@x.example' } }]);
    const mallory = await profile('user_id:mallory');
    expect((await identifiersOf('user_id:mallory')).map(({ verifiedAt }) => verifiedAt)).toEqual([
      undefined,
      undefined,
    ]);
    await apply({ type: 'identify', userId: 'ada', traits: { email: 'ada@x.example' } });
    expect(await identifiersOf('email:ada@x.example')).toMatchObject([
      { value: 'ada', verifiedAt: expect.any(String) as string },
      { value: 'ada@x.example', verifiedAt: expect.any(String) as string },
    ]);
    expect(valuesOf(await profile('user_id:mallory'))).toEqual(['mallory']);
    const { body } = await asked('get', '/v1/identity/violations?reason=unverified').expect(200);
    expect(body.data).toMatchObject([{ dropped: [{ type: 'email', reason: 'unverified', from: mallory.id }] }]);
    await claim([{ type: 'identify', userId: 'mallory', traits: { email: 'ada@x.example' } }]);
    expect(valuesOf(await profile('user_id:ada'))).toEqual(['ada', 'ada@x.example']);
  });

  it('is nobody’s once the person has another by the word of a secret key', async () => {
    await put({ unique: ['email'] });
    await claim([{ type: 'identify', userId: 'ada', traits: { email: 'bad@x.example' } }]);
    await apply({ type: 'identify', userId: 'ada', traits: { email: 'ada@x.example' } });
    expect(valuesOf(await profile('user_id:ada'))).toEqual(['ada', 'ada@x.example']);
    await asked('get', '/v1/profiles/email:bad@x.example').expect(404);
    await claim([{ type: 'identify', userId: 'bad', traits: { email: 'bad@x.example' } }]);
    expect(valuesOf(await profile('email:bad@x.example'))).toEqual(['bad', 'bad@x.example']);
  });
});

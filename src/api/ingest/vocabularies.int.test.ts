import { randomUUID } from 'node:crypto';
import request from 'supertest';
import type { ProfileId } from '../../domain/ids';
import type { JsonObject } from '../../domain/json';
import { applyTime } from '../../activities/apply/apply';
import { RulesetCache } from '../../folding/ruleset-cache';
import { testLimits, useTestApi, useWorkspace } from '../../testing/test-api';

let now = Date.now();
const api = useTestApi({ clock: () => now });
const workspace = useWorkspace(api);

/** Parts of a profile, or of a page of its events or stays. */
interface Answer {
  readonly id: ProfileId;
  readonly traits: JsonObject;
  readonly traitExpiry?: JsonObject;
  readonly audiences: readonly JsonObject[];
  readonly data: readonly JsonObject[];
}

const post = (path: string, items: unknown, key = workspace.secretKey) =>
  request(api.app)
    .post(path)
    .auth(key, '')
    .send(items as object)
    .expect(200);
const get = async (path: string) => {
  const { body } = await request(api.app).get(path).auth(workspace.apiKey, { type: 'bearer' }).expect(200);
  return body as Answer;
};
const profileOf = (ref: string) => get(`/v1/profiles/${ref}`);
const applied = () => api.catchUp(workspace.ws);

describe('POST /v1/facts', () => {
  const person = () => ({ user_id: randomUUID() });

  it('says what is true until its time is over: of the person, of rules, and of audiences by the clock alone', async () => {
    const rule = { trait: 'tier', is: 'equals', value: 'gold' };
    await request(api.app)
      .put('/v1/audiences/gold')
      .auth(workspace.apiKey, { type: 'bearer' })
      .send({ name: 'Gold', rule })
      .expect(200);
    const identifiers = person();
    const ref = `user_id:${identifiers.user_id}`;
    const { body } = await post('/v1/facts', { identifiers, name: 'tier', value: 'gold', ttl: 60 });
    expect(body).toEqual({ success: true, accepted: 1, duplicates: 0, rejected: [] });
    await applied();
    const before = await profileOf(ref);
    expect(before).toMatchObject({ traits: { tier: 'gold' }, audiences: [{ key: 'gold' }] });
    expect(before.traitExpiry).toEqual({ tier: new Date(now + 60_000).toISOString() });
    const isDue = async () =>
      (await api.store.profiles.due(now, 100, { from: 0, to: 1_024 })).some(({ id }) => id === before.id);

    now += 59_999;
    expect(await isDue()).toBe(false);
    now += 1;
    expect(await isDue()).toBe(true);
    expect((await profileOf(ref)).traits).toEqual({});
    const applying = { store: api.store, clock: () => now, rulesets: new RulesetCache(api.store) };
    await applyTime(applying, workspace.ws, [before.id]);
    expect(await profileOf(ref)).not.toHaveProperty('traitExpiry');
    expect((await profileOf(ref)).audiences).toEqual([]);
    const { data } = await get(`/v1/profiles/${ref}/audiences`);
    expect(data).toMatchObject([{ key: 'gold', exitedAt: new Date(now).toISOString() }]);
  });

  it('is renewed by a later fact, and not by an older one', async () => {
    const identifiers = person();
    const at = (minutes: number) => new Date(now + minutes * 60_000).toISOString();
    const fact = { identifiers, name: 'score' };
    await post('/v1/facts', [
      { ...fact, value: 1, timestamp: at(-30), ttl: '1h' },
      { ...fact, value: 2, timestamp: at(-10), ttl: '1h' },
      { ...fact, value: 3, timestamp: at(-20), ttl: '52w' },
    ]);
    await applied();
    expect(await profileOf(`user_id:${identifiers.user_id}`)).toMatchObject({
      traits: { score: 2 },
      traitExpiry: { score: at(50) },
    });
  });

  it('refuses single facts in their own words, and keeps the others', async () => {
    const identifiers = person();
    const { body } = await post('/v1/facts', [
      { identifiers, name: 'tier', value: 'gold' },
      { identifiers, name: 'tier', value: 'gold', ttl: '9999w' },
      { identifiers: { user_id: 7 }, name: 'tier', value: 'gold', ttl: 60 },
      { identifiers, name: 'tier', value: 'gold', ttl: 60, timestamp: 'soon' },
      'text',
      { identifiers, name: 'tier', value: 'gold', ttl: 60 },
    ]);
    expect(body).toMatchObject({
      accepted: 1,
      rejected: [
        { index: 0, code: 'invalid_expiry', path: '/ttl' },
        { index: 1, code: 'invalid_expiry', path: '/ttl' },
        { index: 2, code: 'invalid_id', path: '/identifiers/user_id' },
        { index: 3, code: 'invalid_timestamp', path: '/timestamp' },
        { index: 4, code: 'not_an_object' },
      ],
    });
  });

  it('are as many as a batch may have', async () => {
    const items = Array.from({ length: testLimits.maxBatchEvents + 1 }, () => ({}));
    await request(api.app).post('/v1/facts').auth(workspace.secretKey, '').send(items).expect(413);
  });
});

it('POST /v1/engagements records what people did, once', async () => {
  const [messageId, user_id] = [randomUUID(), randomUUID()];
  const item = { messageId, identifiers: { user_id }, type: 'Brochure Downloaded', properties: { pages: 4 } };
  await post('/v1/engagements', item);
  expect((await post('/v1/engagements', [item])).body).toMatchObject({ accepted: 0, duplicates: 1 });
  await applied();
  const { data } = await get(`/v1/profiles/user_id:${user_id}/events`);
  expect(data).toMatchObject([{ messageId, type: 'track', name: 'Brochure Downloaded', properties: { pages: 4 } }]);
});

describe('POST /v1/identity-mappings', () => {
  it.each([
    ['merges what is known by two identifiers', true, 'secretKey', 1],
    ['keeps two known profiles apart where it says so', false, 'secretKey', 2],
    ['never merges two known profiles for a public key', true, 'publicKey', 2],
  ] as const)('%s', async (_, merge, key, profiles) => {
    const [email, user_id] = [`${randomUUID()}@b.example`, randomUUID()];
    await post('/v1/engagements', [
      { identifiers: { email }, type: 'Mail Opened' },
      { identifiers: { user_id }, type: 'Signed In' },
    ]);
    const mapping = { from: { type: 'email', value: email }, to: { type: 'user_id', value: user_id }, merge };
    await post('/v1/identity-mappings', mapping, workspace[key]);
    await applied();
    const [one, other] = [await profileOf(`email:${email}`), await profileOf(`user_id:${user_id}`)];
    expect(new Set([one.id, other.id]).size).toBe(profiles);
    expect((await get(`/v1/profiles/user_id:${user_id}/events`)).data).toContainEqual(
      expect.objectContaining({ type: 'alias', properties: { merge } }),
    );
  });

  it('ties two identifiers nobody knew to one person, whatever the flag', async () => {
    const [email, user_id] = [`${randomUUID()}@b.example`, randomUUID()];
    await post('/v1/identity-mappings', {
      from: { type: 'email', value: email },
      to: { type: 'user_id', value: user_id },
      merge: false,
    });
    await applied();
    expect((await profileOf(`email:${email}`)).id).toBe((await profileOf(`user_id:${user_id}`)).id);
  });
});

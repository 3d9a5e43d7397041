import request from 'supertest';
import type { z } from 'zod';
import { sendBatch, useTestApi, useWorkspace } from '../testing/test-api';
import type { IngestBody } from './ingest/answer';

const api = useTestApi();
const workspace = useWorkspace(api);

const call = (method: 'get' | 'put' | 'post' | 'delete', path: string, body?: object) =>
  request(api.app)[method](path).auth(workspace.apiKey, { type: 'bearer' }).send(body);
const send = async (...batch: object[]): Promise<z.infer<typeof IngestBody>> =>
  (await sendBatch(api.app, workspace.secretKey, batch).expect(200)).body as z.infer<typeof IngestBody>;

describe('/v1/purposes', () => {
  it('deny silence unless they say otherwise, under any name that senders use', async () => {
    for (const key of ['C0004', '$ads', '__proto__', 'Email Marketing']) {
      const path = `/v1/purposes/${encodeURIComponent(key)}`;
      const { body } = await call('put', path, { name: 'One' }).expect(200);
      expect(body).toMatchObject({ key, whenUnset: 'deny', transactional: false, version: 1 });
      expect((await call('get', path).expect(200)).body.key).toBe(key);
      await call('delete', path).expect(204);
      await call('get', path).expect(404);
    }
    await call('put', `/v1/purposes/${'x'.repeat(101)}`, { name: 'Long' }).expect(404);
  });

  it('raise the ruleset only when they decide otherwise', async () => {
    const version = () => api.store.workspaces.rulesetVersion(workspace.ws);
    await call('put', '/v1/purposes/mail', { name: 'Mail' }).expect(200);
    const before = await version();
    expect((await call('put', '/v1/purposes/mail', { name: 'E-mail' }).expect(200)).body.version).toBe(2);
    expect(await version()).toBe(before);
    await call('put', '/v1/purposes/mail', { name: 'E-mail', whenUnset: 'allow' }).expect(200);
    expect(await version()).toBe(before + 1);
  });

  it('cannot be deleted while something needs them', async () => {
    await call('put', '/v1/purposes/ads', { name: 'Ads' }).expect(200);
    const signingSecret = `whsec_${Buffer.alloc(32, 3).toString('base64')}`;
    const crm = { type: 'webhook', name: 'CRM', settings: { url: 'https://crm.example' }, secrets: { signingSecret } };
    await call('put', '/v1/destinations/crm', { ...crm, purpose: 'ads' }).expect(200);
    expect((await call('delete', '/v1/purposes/ads').expect(409)).body.detail).toContain('crm');
    await call('put', '/v1/destinations/crm', crm).expect(200);
    await call('delete', '/v1/purposes/ads').expect(204);
  });
});

describe('/v1/profiles/{ref}/consent', () => {
  it('keeps every statement with its proof, the same one sent twice once, and masks what is personal', async () => {
    const said = { status: 'granted', at: '2026-01-01T00:00:00Z', proof: { email: 'ann@x.example', form: 'f1' } };
    const records = { news: said, ads: { status: 'denied', at: '2026-01-02T00:00:00Z' } };
    const identify = { type: 'identify', userId: 'ann', context: { consent: { records } } };
    await send(identify, identify);
    await api.catchUp(workspace.ws);
    const { body } = await call('get', '/v1/profiles/user_id:ann/consent').expect(200);
    expect(body.data).toMatchObject([
      { purpose: 'ads', status: 'denied' },
      { purpose: 'news', proof: said.proof },
    ]);
    const key = { name: 'blind', kind: 'management' as const, scopes: ['profiles:read'], source: 'test', createdAt: 0 };
    const { text } = await api.store.keys.create(workspace.ws, 'dev', key);
    const blind = await request(api.app).get('/v1/profiles/user_id:ann/consent').auth(text, { type: 'bearer' });
    expect(blind.text).not.toContain('ann@x.example');
    expect(blind.text).toContain('f1');
  });

  it('refuses a proof that is too long, with its place, and a status that is none', async () => {
    const proof = { scan: 'x'.repeat(3_000) };
    const path = '/v1/profiles/user_id:ann/consent/news';
    const { body } = await call('put', path, { status: 'granted', proof }).expect(400);
    expect(body.errors).toMatchObject([{ in: 'body', pointer: '/proof' }]);
    await call('put', path, { status: 'maybe' }).expect(400);
    const refused = await send({
      type: 'identify',
      userId: 'ann',
      context: { consent: { records: { a: { proof } } } },
    });
    expect(refused.rejected).toMatchObject([{ code: 'invalid_consent', path: '/context/consent/records/a/status' }]);
  });
});

describe('/v1/suppressions', () => {
  it('keep no identifier, are listed by what they are, and found by theirs in any writing', async () => {
    const email = 'Bea.Blocked@Example.com';
    const { body } = await call('put', `/v1/suppressions/email:${email}`, { reason: 'bounce', scope: 'purpose:news' });
    expect(body.data).toMatchObject([{ type: 'email', hint: 'b•••@•••.com', scope: 'purpose:news', reason: 'bounce' }]);
    expect(JSON.stringify(await api.store.connection.db.collection('suppressions').find().toArray())).not.toMatch(
      /blocked/i,
    );
    for (const [query, count] of [
      ['reason=bounce', 1],
      ['reason=complaint', 0],
      ['scope=purpose:news&type=email', 1],
    ] as const)
      expect((await call('get', `/v1/suppressions?${query}`).expect(200)).body.data).toHaveLength(count);
    await call('delete', '/v1/suppressions/email:bea.blocked@example.com?scope=everything').expect(404);
    await call('delete', `/v1/suppressions/${body.data[0].id as string}`).expect(204);
    expect((await call('get', `/v1/suppressions/email:${email}`).expect(200)).body.data).toEqual([]);
  });

  it('stand beside each other by reason, and give way only to a later end', async () => {
    const put = async (entry: object) =>
      ((await call('put', '/v1/suppressions/email:cy@x.example', entry).expect(200)).body as { data: object[] }).data;
    await put({ reason: 'complaint' });
    const soon = { reason: 'unsubscribe', expiresAt: '2090-01-01T00:00:00.000Z' };
    const later = { reason: 'unsubscribe', expiresAt: '2091-01-01T00:00:00.000Z' };
    for (const entry of [soon, later, soon, { ...later, reason: 'complaint' }]) await put(entry);
    const kept = await put(soon);
    expect(kept).toHaveLength(2);
    expect(kept).toEqual(expect.arrayContaining([expect.objectContaining(later)]));
    expect(kept.find((one) => 'reason' in one && one.reason === 'complaint')).not.toHaveProperty('expiresAt');
  });

  it('are added many at a time; a line that names nobody costs itself', async () => {
    const people = Array.from({ length: 999 }, (_, n) => ({ identifier: { type: 'user_id', value: `many-${n}` } }));
    const { body } = await call('post', '/v1/suppressions', {
      entries: [...people, { identifier: { type: 'shoe', value: '43' } }],
    }).expect(200);
    expect(body).toMatchObject({ saved: 999, rejected: [{ index: 999 }] });
    await call('put', '/v1/suppressions/user_id:x', { scope: 'some' }).expect(400);
  });
});

import type { HttpRequest } from './destination';
import { anOperation, aSend } from './destination.testsuite';
import { metaCustomAudiences } from './meta-custom-audiences/meta-custom-audiences';
import { redact } from './redact';
import { openContext } from './registry';
import { webhook } from './webhook/webhook';

const signingSecret = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;
const audience = { key: 'vip', externalId: '4711', identifiers: ['user_id', 'email'] };
const settings = { url: 'https://crm.example.com/hooks/key-in-path?token=t0ken', headers: { 'x-tenant': 'eu-1' } };
const toCrm = { ...openContext(webhook, { settings, secrets: { signingSecret } }, 0), audience };
const meta = { settings: { adAccountId: '1' }, secrets: { accessToken: 'EAAB', appSecret: 'hush' } };
const toMeta = { ...openContext(metaCustomAudiences, meta, 0), audience };

describe('redact', () => {
  it('shows what a journey send looks like, without the person and the secrets', () => {
    const send = aSend({ payload: { id: 'ada@example.com', deep: [{ type: 'secret-plan' }], n: 5, none: null } });
    const request = webhook.planSend?.(send, toCrm).requests[0]?.request as HttpRequest;
    const preview = redact(request);
    expect(preview).toMatchObject({
      method: 'POST',
      url: 'https://crm.example.com/hooks/***?token=***',
      headers: { 'webhook-id': 'enr_1:remind:1', 'webhook-signature': '***', 'x-tenant': '***' },
      body: {
        type: 'journey.send',
        data: { journey: 'abandoned-cart', profile: { id: 'prf_1' }, payload: { none: null } },
      },
    });
    expect(JSON.stringify(preview)).not.toMatch(/ada|u-ada|49309|cart-reminder|secret-plan|t0ken|key-in-path|Ada|eu-1/);
  });

  it('gives equal values equal shapes, so that two previews can be compared', () => {
    const preview = (email: string) =>
      redact({ method: 'POST', url: 'https://a.b/', headers: {}, body: JSON.stringify({ email }) }).body;
    expect(preview('a@b.c')).toEqual(preview('a@b.c'));
    expect(preview('a@b.c')).not.toEqual(preview('a@b.d'));
  });

  it('shows the columns of an upload and the beginning of each cell, at most twenty rows', () => {
    const operations = Array.from({ length: 25 }, (_, n) => anOperation(n));
    const request = metaCustomAudiences.planMembers?.(operations, toMeta).requests[0]?.request as HttpRequest;
    const preview = redact(request);
    expect(preview.url).toBe('https://graph.facebook.com/v25.0/***?appsecret_proof=***&appsecret_time=***');
    expect(preview.headers['authorization']).toBe('***');
    const { payload } = preview.body as { payload: { schema: string[]; data: unknown[] } };
    expect(payload.schema).toEqual(['EXTERN_ID', 'EMAIL']);
    expect(payload.data).toHaveLength(21);
    expect(payload.data.at(-1)).toBe('and 5 more');
    expect(JSON.stringify(preview)).not.toMatch(/EAAB|hush|"u1"|[0-9a-f]{64}/);
  });

  it.each(['', 'not json'])('survives the body %j', (body) => {
    expect(redact({ method: 'GET', url: 'nonsense', headers: {}, body })).toMatchObject({ url: '***' });
  });
});

import { startSystem, type System } from '../../src/testing/system';
import { startMetaTwin, type MetaTwin } from '../../src/twins/meta-twin';
import { startWebhookTwin, type WebhookTwin } from '../../src/twins/webhook-twin';
import { exampleDestination, hookMs, putCrm, signingSecret } from './use-cases-harness';

const accessToken = 'EAAB-token-of-the-tests';

describe('testing a destination', () => {
  let system: System;
  let meta: MetaTwin;
  let crm: WebhookTwin;
  const putAds = (token: string) => {
    const ads = exampleDestination('meta-ads');
    const settings = { ...ads.settings, apiBase: meta.url };
    return system.client.destinations.put('ads', { ...ads, settings, secrets: { accessToken: token } });
  };
  const test = (key: string) => system.client.destinations.test(key);

  beforeAll(async () => {
    [meta, crm] = await Promise.all([startMetaTwin({ accessToken }), startWebhookTwin({ secret: signingSecret })]);
    system = await startSystem();
    await putCrm(system, crm);
  }, hookMs);
  afterAll(async () => {
    await system.stop();
    await Promise.all([meta.close(), crm.close()]);
  }, hookMs);

  it('sends one signed message to a webhook, also while it is paused', async () => {
    await system.client.destinations.pause('crm');
    expect(await test('crm')).toEqual({ ok: true, code: 'http-204', detail: 'Received.' });
    expect(crm.messages).toEqual([expect.objectContaining({ type: 'heddle.test' })]);
  });

  it('says that an ad account is known, and that credentials are refused, without repeating them', async () => {
    await putAds(accessToken);
    expect(await test('ads')).toEqual({ ok: true, code: 'meta-ok', detail: 'Meta knows this ad account.' });
    await putAds('EAAB-of-somebody-else');
    const refused = await test('ads');
    expect(refused).toEqual({ ok: false, code: 'meta-190', detail: expect.stringMatching(/refuses access/) });
    expect(JSON.stringify(refused)).not.toContain('EAAB');
    expect((await system.client.destinations.get('ads')).paused).toBeUndefined();
  });

  it.each([
    ['that does not answer', 'http://127.0.0.1:9/hook', 'ECONNREFUSED'],
    ['in a private network', 'http://10.0.0.1/hook', 'private-address'],
  ])('says why one %s cannot be reached', async (_where, url, code) => {
    const hook = { type: 'webhook', name: 'Hook', settings: { url }, secrets: { signingSecret } };
    await system.client.destinations.put('hook', hook);
    expect(await test('hook')).toEqual({ ok: false, code, detail: expect.any(String) });
  });
});

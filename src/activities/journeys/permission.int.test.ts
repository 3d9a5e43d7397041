import { Registry } from 'prom-client';
import request from 'supertest';
import type { SuppressionScope } from '../../domain/consent/suppression';
import { openTestApi, sendBatch, type TestApi, type TestWorkspace } from '../../testing/test-api';
import { createDeliveryMetrics } from '../delivery/delivery-metrics';
import { createDestinationSender } from '../delivery/destination-sender';
import { readPermission } from './permission';

const secrets = { signingSecret: `whsec_${Buffer.alloc(32, 1).toString('base64')}` };
const notCalled = () => Promise.reject(new Error('Asking sends nothing.'));
const settings = { url: 'https://crm.example/in' };

describe('a send to somebody who is on a suppression list', () => {
  let api: TestApi;
  let workspace: TestWorkspace;
  beforeAll(async () => {
    api = await openTestApi();
    workspace = await api.createWorkspace();
    await put('/v1/destinations/mails', { ...crm, settings: { ...settings, channel: 'email' } });
    await put('/v1/destinations/crm', crm);
    await put('/v1/purposes/receipts', { name: 'Receipts', transactional: true });
    await sendBatch(api.app, workspace.secretKey, [{ type: 'identify', userId: 'ann' }]).expect(200);
    await api.catchUp(workspace.ws);
  });
  afterAll(() => api.close());

  const crm = { type: 'webhook', name: 'CRM', settings, secrets };
  const call = (method: 'put' | 'delete', path: string) =>
    request(api.app)[method](path).auth(workspace.apiKey, { type: 'bearer' });
  const put = (path: string, body: object) => call('put', path).send(body).expect(200);

  async function ask(destination: string, purpose: string) {
    const { store, deps } = api;
    const { ws } = workspace;
    const metrics = createDeliveryMetrics(new Registry());
    const sender = createDestinationSender({ store, sender: notCalled, clock: deps.clock, metrics });
    const [profile] = await store.profiles.page(ws, 1);
    const to = await sender.state(ws, destination, 'message');
    return readPermission({ store, clock: deps.clock }, { ws, profile: profile!, destination, purpose, to });
  }

  it.each<[SuppressionScope, string, string, string | undefined]>([
    ['everything', 'crm', 'news', 'suppressed'],
    ['channel:email', 'mails', 'news', 'suppressed'],
    ['channel:email', 'mails', 'receipts', 'suppressed'],
    ['channel:email', 'crm', 'news', undefined],
    ['channel:sms', 'mails', 'news', undefined],
    ['purpose:news', 'crm', 'news', 'suppressed'],
    ['purpose:news', 'crm', 'receipts', undefined],
    ['destination:crm', 'crm', 'news', 'suppressed'],
    ['destination:crm', 'mails', 'news', undefined],
  ])('for %s, at the destination %s and for the purpose %s, is withheld: %s', async (scope, at, purpose, withheld) => {
    await put('/v1/suppressions/user_id:ann', { scope });
    expect((await ask(at, purpose)).withheld).toBe(withheld);
    await call('delete', '/v1/suppressions/user_id:ann').expect(204);
  });

  it('who has unsubscribed from the channel gets what is transactional', async () => {
    await put('/v1/suppressions/user_id:ann', { scope: 'channel:email', reason: 'unsubscribe' });
    expect((await ask('mails', 'news')).withheld).toBe('suppressed');
    expect((await ask('mails', 'receipts')).withheld).toBeUndefined();
    await call('delete', '/v1/suppressions/user_id:ann').expect(204);
  });
});

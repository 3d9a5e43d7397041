import { MockActivityEnvironment } from '@temporalio/testing';
import pino from 'pino';
import { Registry } from 'prom-client';
import request from 'supertest';
import { createDeliveryMetrics } from '../../src/activities/delivery-metrics';
import { createSyncActivities, type SyncState } from '../../src/activities/sync';
import type { HttpRequest, HttpResponse } from '../../src/destinations/destination';
import { openTestApi, sendBatch, type TestApi, type TestWorkspace } from '../../src/testing/test-api';

jest.setTimeout(60_000);

const vip = '/v1/audiences/vip/destinations/crm';
const ok: HttpResponse = { status: 200, headers: {}, body: '' };
const crm = {
  type: 'webhook',
  name: 'CRM',
  settings: { url: 'https://crm.example/in' },
  secrets: { signingSecret: `whsec_${Buffer.alloc(32, 1).toString('base64')}` },
};

describe('what an attachment asks for', () => {
  let api: TestApi;
  let w: TestWorkspace;
  let offsetMs = 0;
  let messages = 0;
  const requests: HttpRequest[] = [];
  let answer: (sent: HttpRequest) => HttpResponse;
  const clock = () => Date.now() + offsetMs;

  const put = (path: string, body: object) =>
    request(api.app).put(path).auth(w.apiKey, { type: 'bearer' }).send(body).expect(200);
  const detach = () => request(api.app).delete(vip).auth(w.apiKey, { type: 'bearer' }).expect(204);
  const attach = async (body: object) => {
    await put(vip, body);
    await api.catchUp(w.ws);
  };
  const identify = async (userId: string, traits: object, context: object = {}) => {
    const messageId = `m${(messages += 1)}`;
    await sendBatch(api.app, w.secretKey, [{ type: 'identify', userId, traits, context, messageId }]).expect(200);
    await api.catchUp(w.ws);
  };
  /** One pass of the sync, as the workflow asks for it. */
  const ring = (): Promise<SyncState> => {
    const sender = async (sent: HttpRequest) => {
      requests.push(sent);
      return answer(sent);
    };
    const metrics = createDeliveryMetrics(new Registry());
    const sync = createSyncActivities({ store: api.store, sender, clock, log: pino({ level: 'silent' }), metrics });
    const pair = { ws: w.ws, audience: 'vip', destination: 'crm' };
    return new MockActivityEnvironment().run(() => sync.syncMembers(pair));
  };
  /** `add u1`, for every member of every request since the last time this was asked. */
  const sent = () =>
    requests.splice(0).flatMap(({ body }) => {
      const { data } = JSON.parse(body ?? '') as Sent;
      return data.members.map(({ identifiers }) => [data.operation, ...Object.values(identifiers)].join(' '));
    });
  const ledger = async () => {
    const rows = await api.store.deliveries.page(w.ws, {}, 100);
    return rows.map(({ operation, status, reason }) => [operation, status, ...(reason ? [reason] : [])].join(' '));
  };

  beforeAll(async () => {
    api = await openTestApi({ clock });
  });
  beforeEach(async () => {
    [offsetMs, answer] = [0, () => ok];
    requests.splice(0);
    w = await api.createWorkspace();
    await put('/v1/audiences/vip', { name: 'VIP', rule: { trait: 'tier', is: 'equals', value: 'gold' } });
    await put('/v1/destinations/crm', crm);
  });
  afterAll(() => api.close());

  it('reaches present members when it changes, and only those it makes a difference to', async () => {
    await attach({ identifiers: ['user_id'] });
    await identify('u1', { tier: 'gold', email: 'u1@personal.example' });
    await identify('u2', { tier: 'gold' });
    await ring();
    expect(sent().sort()).toEqual(['add u1', 'add u2']);
    await attach({ identifiers: ['user_id', 'email'] });
    await ring();
    expect(sent()).toEqual(['add u1 u1@personal.example']);
  });

  it('takes who has refused a purpose off when the purpose is named later', async () => {
    await attach({ identifiers: ['user_id'] });
    await identify('u1', { tier: 'gold' }, { consent: { categoryPreferences: { advertising: false } } });
    await ring();
    await attach({ identifiers: ['user_id'], purpose: 'advertising' });
    await ring();
    expect(sent()).toEqual(['add u1', 'remove u1']);
  });

  it('takes everybody away on a detach, and adds them again when it is attached again', async () => {
    await attach({ identifiers: ['user_id'], onDetach: 'remove' });
    await identify('u1', { tier: 'gold' });
    await ring();
    await detach();
    await ring();
    expect(sent()).toEqual(['add u1', 'remove u1']);
    await attach({ identifiers: ['user_id'], onDetach: 'remove' });
    await ring();
    expect(sent()).toEqual(['add u1']);
    expect(await ledger()).toEqual(['add delivered', 'remove delivered', 'add delivered']);
  });

  it('removes, once attached again, who left while it was detached', async () => {
    await attach({ identifiers: ['user_id'] });
    await identify('u1', { tier: 'gold' });
    await ring();
    await detach();
    await identify('u1', { tier: 'none' });
    await ring();
    expect(sent()).toEqual(['add u1']);
    await attach({ identifiers: ['user_id'] });
    await ring();
    expect(sent()).toEqual(['remove u1']);
  });
});

interface Sent {
  readonly data: {
    readonly operation: string;
    readonly members: readonly { readonly identifiers: Readonly<Record<string, string>> }[];
  };
}

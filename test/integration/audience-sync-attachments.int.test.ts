import { MockActivityEnvironment } from '@temporalio/testing';
import pino from 'pino';
import { Registry } from 'prom-client';
import request from 'supertest';
import { createDeliveryMetrics } from '../../src/activities/delivery/delivery-metrics';
import { createSyncActivities, type SyncState } from '../../src/activities/sync/sync';
import type { HttpRequest, HttpResponse } from '../../src/destinations/destination';
import { SendError } from '../../src/destinations/send-error';
import { openTestApi, sendBatch, type TestApi, type TestWorkspace } from '../../src/testing/test-api';
import { exampleDestination } from './use-cases-harness';

jest.setTimeout(60_000);

const hourMs = 3_600_000;
const ok: HttpResponse = { status: 200, headers: {}, body: '' };
const crm = {
  type: 'webhook',
  name: 'CRM',
  settings: { url: 'https://crm.example/in' },
  secrets: { signingSecret: `whsec_${Buffer.alloc(32, 1).toString('base64')}` },
};
const ads = { ...exampleDestination('meta-ads'), secrets: { accessToken: 'EAAB-token-of-the-tests' } };

describe('what an attachment asks for', () => {
  let api: TestApi;
  let w: TestWorkspace;
  let destination: string;
  let offsetMs = 0;
  let messages = 0;
  const requests: HttpRequest[] = [];
  let answer: (sent: HttpRequest) => HttpResponse;
  const clock = () => Date.now() + offsetMs;

  const put = (path: string, body: object) =>
    request(api.app).put(path).auth(w.apiKey, { type: 'bearer' }).send(body).expect(200);
  const detach = () =>
    request(api.app)
      .delete(`/v1/audiences/vip/destinations/${destination}`)
      .auth(w.apiKey, { type: 'bearer' })
      .expect(204);
  const attach = async (body: object) => {
    await put(`/v1/audiences/vip/destinations/${destination}`, body);
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
    const pair = { ws: w.ws, audience: 'vip', destination };
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
    [destination, offsetMs, answer] = ['crm', 0, () => ok];
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

  it('sends nothing after a detach that keeps: what had been begun is withheld', async () => {
    await attach({ identifiers: ['user_id'] });
    await identify('u1', { tier: 'gold' });
    answer = () => ({ status: 500, headers: {}, body: '' });
    await ring();
    await identify('u2', { tier: 'gold' });
    await detach();
    [answer, offsetMs] = [() => ok, hourMs];
    expect(sent()).toEqual(['add u1']);
    expect(await ring()).toEqual({ label: 'In step.' });
    expect(sent()).toEqual([]);
    expect(await ledger()).toEqual(['add withheld detached']);
    await attach({ identifiers: ['user_id'] });
    await ring();
    expect(sent().sort()).toEqual(['add u1', 'add u2']);
  });

  it('removes after a detach that removes, and adds nobody', async () => {
    await attach({ identifiers: ['user_id'], onDetach: 'remove' });
    await identify('u1', { tier: 'gold' });
    await ring();
    await identify('u2', { tier: 'gold' });
    await detach();
    await ring();
    expect(sent()).toEqual(['add u1', 'remove u1']);
  });

  it('waits as long as the vendor asks, however often it is rung', async () => {
    await attach({ identifiers: ['user_id'] });
    await identify('u1', { tier: 'gold' });
    answer = () => ({ status: 429, headers: { 'retry-after': '3600' }, body: '' });
    await ring();
    await identify('u2', { tier: 'gold' });
    const { resumeInMs = 0 } = await ring();
    expect(resumeInMs).toBeGreaterThan(hourMs - 60_000);
    expect(sent()).toEqual(['add u1']);
    [answer, offsetMs] = [() => ok, resumeInMs + 1_000];
    expect(await ring()).toEqual({ label: 'In step.' });
    expect(sent().sort()).toEqual(['add u1', 'add u2']);
  });

  it('leaves a failed change until its next try is due, and sends the others', async () => {
    await attach({ identifiers: ['user_id'] });
    await identify('u1', { tier: 'gold' });
    [answer, offsetMs] = [() => ({ status: 500, headers: {}, body: '' }), hourMs];
    await ring();
    [answer, offsetMs] = [() => ok, 0];
    await identify('u2', { tier: 'gold' });
    expect(await ring()).toMatchObject({ label: 'Some members are tried again.' });
    offsetMs = 2 * hourMs;
    expect(await ring()).toEqual({ label: 'In step.' });
    expect(sent()).toEqual(['add u1', 'add u2', 'add u1']);
  });

  it('begins no request shortly before the time-out of a call, and says that there is more', async () => {
    await attach({ identifiers: ['user_id'] });
    await identify('u1', { tier: 'gold' });
    await ring();
    await identify('u1', { tier: 'none' });
    await identify('u2', { tier: 'gold' });
    answer = () => {
      offsetMs += 5 * 60_000;
      return ok;
    };
    expect(await ring()).toEqual({ label: 'More to do.', resumeInMs: 0 });
    expect(sent()).toEqual(['add u1', 'remove u1']);
    await ring();
    expect(sent()).toEqual(['add u2']);
  });

  describe('of a vendor where the audience is yet to be created', () => {
    const lost = () => {
      throw new SendError('timeout', 'timeout', 'Nobody answered.', true);
    };
    const unsent = () => {
      throw new SendError('network', 'ECONNREFUSED', 'Nobody listens.', false);
    };
    const creations = () => requests.splice(0).filter(({ url }) => url.endsWith('/customaudiences')).length;

    beforeEach(async () => {
      destination = 'ads';
      await put('/v1/destinations/ads', ads);
      await attach({ identifiers: ['user_id'], external: { create: true } });
      await identify('u1', { tier: 'gold' });
    });

    it('does not create it twice when the answer was lost, and says what to do', async () => {
      answer = lost;
      const state = await ring();
      expect(state.label).toContain('external.id');
      offsetMs = hourMs;
      expect(await ring()).toEqual(state);
      expect(creations()).toBe(1);
    });

    it('creates it again once it is detached and attached anew, or goes on with the one that is named', async () => {
      answer = lost;
      await ring();
      await detach();
      await attach({ identifiers: ['user_id'], external: { create: true } });
      await ring();
      expect(creations()).toBe(2);
      await attach({ identifiers: ['user_id'], external: { id: '77' } });
      await ring();
      expect(requests.map(({ url }) => new URL(url).pathname)).toEqual([expect.stringMatching(/\/77\//)]);
    });

    it('tries again when the request certainly never arrived, though not at every ring', async () => {
      answer = unsent;
      await ring();
      await ring();
      expect(creations()).toBe(1);
      offsetMs = hourMs;
      await ring();
      expect(creations()).toBe(1);
    });
  });
});

interface Sent {
  readonly data: {
    readonly operation: string;
    readonly members: readonly { readonly identifiers: Readonly<Record<string, string>> }[];
  };
}

import { MockActivityEnvironment } from '@temporalio/testing';
import pino from 'pino';
import { Registry } from 'prom-client';
import request from 'supertest';
import { createDeliveryMetrics } from '../../src/activities/delivery/delivery-metrics';
import { createSyncActivities, type SyncState } from '../../src/activities/sync/sync';
import type { HttpRequest, HttpResponse } from '../../src/destinations/destination';
import { openTestApi, sendBatch, type TestApi, type TestWorkspace } from '../../src/testing/test-api';
import { exampleDestination } from './use-cases-harness';

export const ok: HttpResponse = { status: 200, headers: {}, body: '' };
export const crm = {
  type: 'webhook',
  name: 'CRM',
  settings: { url: 'https://crm.example/in' },
  secrets: { signingSecret: `whsec_${Buffer.alloc(32, 1).toString('base64')}` },
};
export const ads = { ...exampleDestination('meta-ads'), secrets: { accessToken: 'EAAB-token-of-the-tests' } };

/** An audience `vip` of people whose tier is gold, and one pass of its sync at a time. */
export class SyncScene {
  readonly requests: HttpRequest[] = [];
  destination = 'crm';
  offsetMs = 0;
  answer: (sent: HttpRequest) => HttpResponse | Promise<HttpResponse> = () => ok;
  #messages = 0;

  constructor(
    readonly api: TestApi,
    readonly w: TestWorkspace,
  ) {}

  #call = (method: 'get' | 'put' | 'delete', path: string) =>
    request(this.api.app)[method](path).auth(this.w.apiKey, { type: 'bearer' });
  put = (path: string, body: object) => this.#call('put', path).send(body).expect(200);
  get = async <Body>(path: string): Promise<Body> => (await this.#call('get', path).expect(200)).body as Body;
  delete = (path: string) => this.#call('delete', path);
  detach = () => this.delete(`/v1/audiences/vip/destinations/${this.destination}`).expect(204);
  attach = async (body: object) => {
    await this.put(`/v1/audiences/vip/destinations/${this.destination}`, body);
    await this.api.catchUp(this.w.ws);
  };
  identify = (userId: string, traits: object, context: object = {}) => this.tell({ userId, traits, context });
  consent = (userId: string, advertising: boolean) =>
    this.identify(userId, {}, { consent: { categoryPreferences: { advertising } } });
  tell = async (identify: object) => {
    const messageId = `m${(this.#messages += 1)}`;
    await sendBatch(this.api.app, this.w.secretKey, [{ type: 'identify', messageId, ...identify }]).expect(200);
    await this.api.catchUp(this.w.ws);
  };
  /** One pass of the sync, as the workflow asks for it. */
  ring = (): Promise<SyncState> => {
    const sender = async (sent: HttpRequest) => {
      this.requests.push(sent);
      return this.answer(sent);
    };
    const { store, deps } = this.api;
    const metrics = createDeliveryMetrics(new Registry());
    const sync = createSyncActivities({ store, sender, clock: deps.clock, log: pino({ level: 'silent' }), metrics });
    const pair = { ws: this.w.ws, audience: 'vip', destination: this.destination };
    return new MockActivityEnvironment().run(() => sync.syncMembers(pair));
  };
  /** `add u1`, for every member of every request to the webhook since the last time this was asked. */
  sent = () =>
    this.requests.splice(0).flatMap(({ body }) => {
      const { data } = JSON.parse(body) as Sent;
      return data.members.map(({ identifiers }) => [data.operation, ...Object.values(identifiers)].join(' '));
    });
  ledger = async () => {
    const rows = await this.api.store.deliveries.page(this.w.ws, {}, 100);
    return rows.map(({ operation, status, reason }) => [operation, status, ...(reason ? [reason] : [])].join(' '));
  };
}

interface Sent {
  readonly data: {
    readonly operation: string;
    readonly members: readonly { readonly identifiers: Readonly<Record<string, string>> }[];
  };
}

/** A scene of its own for each test of a file: `at()` is the present one. */
export function useSyncScenes(): () => SyncScene {
  let api: TestApi;
  let scene: SyncScene | undefined;
  beforeAll(async () => {
    api = await openTestApi({ clock: () => Date.now() + (scene?.offsetMs ?? 0) });
  });
  beforeEach(async () => {
    scene = new SyncScene(api, await api.createWorkspace());
    await scene.put('/v1/audiences/vip', { name: 'VIP', rule: { trait: 'tier', is: 'equals', value: 'gold' } });
    await scene.put('/v1/destinations/crm', crm);
  });
  afterAll(() => api.close());
  return () => {
    if (!scene) throw new Error('A scene is there while a test runs.');
    return scene;
  };
}

import { startSystem, until, type System } from '../../src/testing/system';
import { startWebhookTwin, type WebhookTwin } from '../../src/twins/webhook-twin';
import { exampleAudience, exampleJourney, hookMs, signingSecret } from './use-cases-harness';

const instant = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
const profileId = expect.stringMatching(/^prf_\w+$/);

/** The contract that tools and checks rely on, over bare HTTP: every path, body and answer as documented. */
describe('the worked example', () => {
  let system: System;
  let twin: WebhookTwin;

  const request = async (method: string, path: string, body?: object, authorization?: string) => {
    const response = await fetch(`${system.url}${path}`, {
      method,
      headers: {
        authorization: authorization ?? `Bearer ${system.keys.api}`,
        ...(body && { 'content-type': 'application/json' }),
      },
      ...(body && { body: JSON.stringify(body) }),
    });
    return { status: response.status, body: (await response.json()) as Record<string, unknown> };
  };
  const get = async (path: string) => {
    const { status, body } = await request('GET', path);
    expect(status).toBe(200);
    return body;
  };
  /** Asks again until the answer has come so far: applying is asynchronous. */
  const eventually = (path: string, holds: (data: readonly Record<string, unknown>[]) => boolean) =>
    until(async () => {
      const { status, body } = await request('GET', path);
      return status === 200 && holds((body['data'] ?? []) as Record<string, unknown>[]) ? body : undefined;
    }, path);

  beforeAll(async () => {
    twin = await startWebhookTwin({ secret: signingSecret });
    system = await startSystem();
  }, hookMs);
  afterAll(async () => {
    await system.stop();
    await twin.close();
  }, hookMs);

  it('PUT a destination, whose secrets are never shown', async () => {
    const crm = { type: 'webhook', name: 'CRM', settings: { url: twin.hook } };
    const answer = await request('PUT', '/v1/destinations/crm', { ...crm, secrets: { signingSecret } });
    expect(answer).toEqual({
      status: 200,
      body: { key: 'crm', ...crm, enabled: true, version: 1, createdAt: instant, updatedAt: instant },
    });
  });

  it('PUT an audience', async () => {
    const { name, rule } = exampleAudience('vip');
    expect({ name, rule }).toEqual({
      name: 'VIP',
      rule: {
        all: [
          { trait: 'tier', is: 'equals', value: 'gold' },
          { trait: 'ltv', is: 'greater_than', value: 500 },
        ],
      },
    });
    const answer = await request('PUT', '/v1/audiences/vip', { name, rule });
    expect(answer).toMatchObject({ status: 200, body: { key: 'vip', name, rule, version: 1, size: 0 } });
    expect(['computing', 'ready']).toContain(answer.body['status']);
  });

  it('PUT an attachment', async () => {
    const answer = await request('PUT', '/v1/audiences/vip/destinations/crm', {
      use: 'target',
      identifiers: ['user_id', 'email'],
    });
    expect(answer).toMatchObject({
      status: 200,
      body: { audience: 'vip', destination: 'crm', use: 'target', identifiers: ['user_id', 'email'] },
    });
  });

  it('PUT and publish a journey', async () => {
    const definition = exampleJourney('abandoned-cart');
    const saved = await request('PUT', '/v1/journeys/abandoned-cart', definition);
    expect(saved).toMatchObject({
      status: 200,
      body: { key: 'abandoned-cart', status: 'draft', draft: definition, findings: [] },
    });
    const published = await request('POST', '/v1/journeys/abandoned-cart/publish', { inFlight: 'finish' });
    expect(published).toMatchObject({ status: 200, body: { status: 'published', publishedVersion: 1 } });
    expect(published.body).not.toHaveProperty('draft');
  });

  it('POST a batch, once and again', async () => {
    const batch = [
      { type: 'identify', userId: 'u1', traits: { tier: 'gold', ltv: 900 }, messageId: 'm1' },
      { type: 'track', userId: 'u1', event: 'Cart Started', properties: { cart_id: 'c1' }, messageId: 'm2' },
    ];
    const basic = `Basic ${Buffer.from(`${system.keys.secret}:`).toString('base64')}`;
    expect(await request('POST', '/v1/batch', { batch }, basic)).toEqual({
      status: 200,
      body: { success: true, accepted: 2, duplicates: 0, rejected: [] },
    });
    expect(await request('POST', '/v1/batch', { batch }, basic)).toEqual({
      status: 200,
      body: { success: true, accepted: 0, duplicates: 2, rejected: [] },
    });
  });

  it('GET the profile, its audiences and its enrollments', async () => {
    const { data } = await eventually('/v1/profiles/user_id:u1/enrollments', ([run]) => run?.['dueAt'] !== undefined);
    expect(data).toEqual([
      {
        id: expect.stringMatching(/^enr_/),
        journey: 'abandoned-cart',
        version: 1,
        profileId,
        status: 'active',
        step: 'settle',
        enteredAt: instant,
        dueAt: instant,
        waitingFor: [],
        workflowId: expect.stringContaining('/abandoned-cart/enr_'),
        temporalUrl: expect.stringContaining('/namespaces/default/workflows/enrollment%2F'),
      },
    ]);
    expect(await get('/v1/profiles/user_id:u1')).toEqual({
      id: profileId,
      createdAt: instant,
      identifiers: [{ type: 'user_id', value: 'u1', firstSeenAt: instant, verifiedAt: instant }],
      traits: { tier: 'gold', ltv: 900 },
      consent: {},
      audiences: [{ key: 'vip', enteredAt: instant }],
      mergedFrom: [],
    });
    expect(await get('/v1/profiles/user_id:u1/audiences')).toEqual({ data: [{ key: 'vip', enteredAt: instant }] });
  });

  it('GET the audience and its members', async () => {
    const audience = await until(async () => {
      const body = await get('/v1/audiences/vip');
      return body['status'] === 'ready' ? body : undefined;
    }, 'the audience to be ready');
    expect(audience).toMatchObject({ key: 'vip', name: 'VIP', version: 1, size: 1, status: 'ready' });
    const { id } = await get('/v1/profiles/user_id:u1');
    expect(await get('/v1/audiences/vip/members?limit=100')).toEqual({ data: [{ profileId: id, enteredAt: instant }] });
  });

  it('GET the delivery, which the CRM got signed, in the documented form', async () => {
    const isDelivered = ([delivery]: readonly Record<string, unknown>[]): boolean =>
      delivery?.['status'] === 'delivered';
    const { data } = await eventually('/v1/deliveries?profile=user_id:u1', isDelivered);
    const { id: profile } = await get('/v1/profiles/user_id:u1');
    const [{ data: sent } = {}, ...others] = twin.messages;
    expect(others).toEqual([]);
    const [member] = sent && 'members' in sent ? sent.members : [];
    expect(twin.messages[0]).toEqual({
      type: 'audience.members',
      timestamp: instant,
      webhookId: expect.stringMatching(/^msg_/),
      receivedAt: expect.any(Number),
      data: {
        audience: 'vip',
        operation: 'add',
        members: [{ id: expect.any(String), profile, identifiers: { user_id: 'u1' } }],
      },
    });
    expect(data).toEqual([
      {
        id: expect.stringMatching(/^dlv_/),
        idempotencyKey: member?.id,
        kind: 'audience',
        destination: 'crm',
        audience: 'vip',
        operation: 'add',
        profileId: profile,
        status: 'delivered',
        attempts: [{ at: instant, outcome: 'ok', code: 'http-204', latencyMs: expect.any(Number) }],
        causedAt: instant,
        createdAt: instant,
        updatedAt: instant,
      },
    ]);
  });

  it('GET the impact', async () => {
    const ms = expect.any(Number);
    expect(await get('/v1/impact/destinations/crm?window=7d')).toEqual({
      emitted: 1,
      reserved: 0,
      held: 0,
      sent: 0,
      retrying: 0,
      delivered: 1,
      rejected: 0,
      dead: 0,
      unknown: 0,
      withheld: {},
      latency: { p50: ms, p95: ms, p99: ms },
      reasons: {},
      conservation: { emitted: 1, ledger: 1, gap: 0 },
    });
  });
});

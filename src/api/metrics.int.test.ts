import { Registry } from 'prom-client';
import request from 'supertest';
import { inTransaction } from '../store/open-store';
import { openTestApi, sendBatch, testLimits, type TestApi, type TestWorkspace } from '../testing/test-api';
import { createApp } from './app';
import { createGauges } from './impact/gauges';

const minute = 60_000;
const now = Date.UTC(2026, 4, 1);
let api: TestApi;
let mine: TestWorkspace;
beforeEach(async () => {
  api = await openTestApi();
  mine = await api.createWorkspace();
});
afterEach(() => api.close());

/** The figures of an API, by name with labels. */
async function figures(app = api.app): Promise<Record<string, number>> {
  const { text } = await request(app).get('/metrics').expect(200);
  const lines = text.split('\n').filter((line) => line.startsWith('heddle_'));
  return Object.fromEntries(
    lines.map((line) => [line.slice(0, line.lastIndexOf(' ')), Number(line.slice(line.lastIndexOf(' ') + 1))]),
  );
}

const ask = (app = api.app) => request(app).get('/v1/operations').auth(mine.apiKey, { type: 'bearer' });
const begin = (kind: 'import' | 'erasure', createdAt: number) =>
  inTransaction(api.store.connection, (session) =>
    api.store.operations.create(mine.ws, { kind, input: {}, startedBy: 'key_1', createdAt }, session),
  );

describe('the figures of long work', () => {
  it('say how many operations run, for how long, and which has not moved', async () => {
    const app = createApp({ ...api.deps, metrics: new Registry(), gauges: createGauges(api.store, () => now) });
    await begin('erasure', now - 2 * minute);
    const { id } = await begin('import', now - 30 * minute);
    await begin('import', now - 10 * minute);
    const stored = await api.store.operations.find(mine.ws, id);
    const step = { progress: { done: 1 }, cursor: 1 };
    if (stored) await api.store.operations.advance(mine.ws, stored, step, now - minute);
    expect(await figures(app)).toMatchObject({
      'heddle_operations_running{kind="import"}': 2,
      'heddle_operations_running{kind="erasure"}': 1,
      'heddle_operations_running{kind="export"}': 0,
      'heddle_operations_oldest_running_seconds{kind="import"}': 1_800,
      'heddle_operations_idle_seconds{kind="import"}': 600,
      'heddle_operations_idle_seconds{kind="erasure"}': 120,
      'heddle_operations_idle_seconds{kind="export"}': 0,
    });
  });

  it('count an operation that is cancelled, once', async () => {
    const { id } = await begin('import', now);
    const cancel = () => request(api.app).post(`/v1/operations/${id}/cancel`).auth(mine.apiKey, { type: 'bearer' });
    expect(await figures()).toMatchObject({
      'heddle_operations_ended_total{kind="import",outcome="cancelled"}': 0,
    });
    await cancel().expect(200);
    await cancel().expect(200);
    expect(await figures()).toMatchObject({
      'heddle_operations_ended_total{kind="import",outcome="cancelled"}': 1,
    });
  });

  it('say how many sources refuse, and how many do not answer', async () => {
    const app = createApp({ ...api.deps, metrics: new Registry(), gauges: createGauges(api.store, () => now) });
    const { pullStates } = api.store;
    const problem = { code: 'http-401', message: 'No.', at: now };
    const hold = async (source: string) => {
      const held = await pullStates.begin(mine.ws, source, now);
      if (!held) throw new Error(`${source} is paused`);
      return held;
    };
    await hold('well');
    await pullStates.end(mine.ws, 'locked', await hold('locked'), { outcome: 'refused', now, paused: problem });
    for (const source of ['busy', 'slow']) {
      await hold(source);
      await pullStates.delayed(mine.ws, source, { ...problem, code: 'http-503' });
    }
    expect(await figures(app)).toMatchObject({ heddle_sources_paused: 1, heddle_sources_retrying: 2 });
  });
});

describe('the figures of the door', () => {
  it('count what was refused by its reason, and by which limit', async () => {
    const rates = { ...testLimits.rates, keyRequests: 0.1 };
    const app = createApp({ ...api.deps, metrics: new Registry(), limits: { ...testLimits, rates } });
    await ask(app).expect(200);
    await ask(app).expect(429);
    await ask(app).expect(429);
    await request(app).get('/v1/nothing').expect(404);
    expect(await figures(app)).toMatchObject({
      'heddle_requests_refused_total{reason="rate-limited"}': 2,
      'heddle_requests_refused_total{reason="not-found"}': 1,
      'heddle_rate_limited_total{policy="key-requests"}': 2,
      'heddle_rate_limited_total{policy="workspace-requests"}': 0,
      heddle_bytes_in_flight: 0,
    });
  });

  it('count bytes while a body is being taken, and not after it', async () => {
    const seen: (number | undefined)[] = [];
    const metrics = new Registry();
    const look = async () => {
      const gauge = await metrics.getSingleMetric('heddle_bytes_in_flight')?.get();
      seen.push(gauge?.values[0]?.value);
    };
    const log = api.deps.log;
    const policies = {
      of: async (...args: Parameters<typeof api.deps.policies.of>) => {
        await look();
        return api.deps.policies.of(...args);
      },
    } as typeof api.deps.policies;
    const app = createApp({ ...api.deps, metrics, policies, log });
    const batch = [{ type: 'track', event: 'Seen', userId: 'u1', properties: { text: 'x'.repeat(5_000) } }];
    await sendBatch(app, mine.secretKey, batch).expect(200);
    expect(Math.max(...seen.map((bytes) => bytes ?? 0))).toBeGreaterThan(5_000);
    expect(await figures(app)).toMatchObject({ heddle_bytes_in_flight: 0 });
  });

  it('count dead letters by stage and code, and none for one that is there already', async () => {
    const plan = {
      name: 'Shop',
      isDefault: true,
      onViolation: 'quarantine',
      unplannedEvents: 'quarantine',
      events: [],
    };
    const put = request(api.app).put('/v1/tracking-plans/shop').auth(mine.apiKey, { type: 'bearer' });
    await put.send(plan).expect(200);
    const unplanned = { type: 'track', event: 'Seen', userId: 'u1', messageId: 'm1' };
    await sendBatch(api.app, mine.secretKey, [unplanned, { type: 'track', event: 'Seen' }]).expect(200);
    await sendBatch(api.app, mine.secretKey, [unplanned]).expect(200);
    expect(await figures()).toMatchObject({
      'heddle_dead_letters_total{stage="quarantined",code="plan_violation"}': 1,
      'heddle_dead_letters_total{stage="rejected",code="no_identifier"}': 1,
      heddle_events_quarantined_total: 1,
    });
  });
});

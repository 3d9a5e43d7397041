import { Registry } from 'prom-client';
import request from 'supertest';
import { createApp } from '../../src/api/app';
import { createGauges } from '../../src/api/impact/gauges';
import type { DeliveryStatus } from '../../src/domain/delivery/delivery';
import { enrollmentId, profileId, type WorkspaceId } from '../../src/domain/ids';
import type { Conversion, Enrollment, PathEntry } from '../../src/domain/journeys/enrollment';
import type { JourneyDefinition } from '../../src/domain/journeys/journey.schema';
import { inTransaction } from '../../src/store/open-store';
import { openTestApi, sendBatch, useTestApi, useWorkspace } from '../../src/testing/test-api';

const day = 86_400_000;
const now = Date.UTC(2026, 2, 10, 12);

const api = useTestApi({ clock: () => now });
const workspace = useWorkspace(api, beforeEach);

const ask = (path: string) => request(api.app).get(path).auth(workspace.apiKey, { type: 'bearer' });
const get = async <Body>(path: string): Promise<Body> => (await ask(path).expect(200)).body as Body;

const journey = (destination = 'crm'): JourneyDefinition => ({
  key: 'cart',
  name: 'Cart',
  entry: { on: { event: 'Cart Started' } },
  goals: [{ key: 'purchase', on: { event: 'Order Completed' }, within: '7d' }],
  start: 'settle',
  steps: {
    settle: { type: 'wait', for: '2h', next: 'remind' },
    remind: { type: 'send', destination, next: 'done' },
    done: { type: 'exit' },
  },
});

/** A destination, and one published journey that sends to it. */
async function publish(ws: WorkspaceId, definition = journey()): Promise<void> {
  const { store } = api.deps;
  await store.journeys.saveDraft(ws, definition, now);
  const draft = await store.journeys.byKey(ws, definition.key);
  if (!draft) throw new Error('The draft was not saved.');
  await inTransaction(store.connection, async (session) => {
    const ruleset = await store.workspaces.raiseRuleset(ws, session);
    await store.journeys.publish(ws, draft, definition, { now, ruleset }, session);
    const crm = { key: 'crm', type: 'webhook', name: 'CRM', settings: {}, enabled: true };
    await store.destinations.save(ws, crm, now, session);
  });
}

type RunShape = Partial<Enrollment> & { readonly id: Enrollment['id'] };

const visits = (...entries: readonly (readonly [step: string, at: number, outcome?: string])[]): PathEntry[] =>
  entries.map(([step, at, outcome]) => ({ step, visit: 1, at, ...(outcome !== undefined && { outcome }) }));

async function addRuns(ws: WorkspaceId, runs: readonly RunShape[]): Promise<void> {
  const writes = runs.map((run) => {
    const profile = profileId(`prf_${run.id}`);
    const enrollment: Enrollment = {
      journey: 'cart',
      version: 1,
      profile,
      subject: `${ws}:${profile}`,
      entryKey: '',
      n: 1,
      status: 'active',
      step: 'settle',
      visit: 1,
      visits: {},
      arrivedAt: now - day,
      waitingFor: [],
      cursor: {},
      entry: { at: now - day, name: 'Cart Started', properties: {}, cursor: {} },
      steps: {},
      path: visits(['settle', now - day]),
      effects: 0,
      conversions: [],
      enteredAt: now - day,
      openUntil: now + day,
      workflowId: `enrollment/${run.id}`,
      rev: 1,
      ...run,
    };
    return { enrollment };
  });
  await api.store.enrollments.write(ws, writes);
}

interface Sent {
  readonly run: string;
  readonly status?: DeliveryStatus;
  readonly reason?: string;
  readonly causedAt?: number;
  readonly settledAt?: number;
}

async function addDeliveries(ws: WorkspaceId, sends: readonly Sent[]): Promise<void> {
  for (const { run, status = 'reserved', reason, causedAt = now - day, settledAt = causedAt + 1_000 } of sends) {
    const idempotencyKey = `${run}:remind:1`;
    const profile = profileId(`prf_${run}`);
    const links = { journey: 'cart', version: 1, step: 'remind', enrollment: enrollmentId(run) };
    const of = { ws, idempotencyKey, kind: 'journey' as const, destination: 'crm', ...links, causedAt };
    await api.store.deliveries.reserve([{ ...of, profile, subject: `${ws}:${profile}` }], causedAt);
    if (status !== 'reserved')
      await api.store.deliveries.change(ws, [
        { idempotencyKey, status, now: settledAt, ...(reason !== undefined && { reason }) },
      ]);
  }
}

/** A run that went through the send, and the delivery that came of it. */
async function addSettled(ws: WorkspaceId, run: string, status: DeliveryStatus, reason?: string, tookMs = 1_000) {
  const at = now - day;
  const path = visits(['settle', at - 7_200_000, 'waited'], ['remind', at, status], ['done', at, 'completed']);
  const end = { status: 'completed' as const, reason: 'completed', step: 'done', endedAt: at };
  await addRuns(ws, [{ id: enrollmentId(run), path, effects: 1, ...end }]);
  await addDeliveries(ws, [{ run, status, settledAt: at + tookMs, ...(reason !== undefined && { reason }) }]);
}

const conservation = async (window = '7d') =>
  (await get<{ conservation: unknown }>(`/v1/impact/destinations/crm?window=${window}`)).conservation;

describe('GET /v1/impact/destinations/{key}', () => {
  it('gives every state its number, reasons for what did not arrive, and latency from the cause', async () => {
    const { ws } = workspace;
    await publish(ws);
    for (let index = 1; index <= 20; index += 1) await addSettled(ws, `d${index}`, 'delivered', undefined, index * 100);
    await addSettled(ws, 'r1', 'rejected', 'http-422', 50);
    await addSettled(ws, 'x1', 'dead', 'http-503', 9_000);
    await addSettled(ws, 'u1', 'unknown', 'timeout', 8_000);
    await addSettled(ws, 's1', 'sent');
    await addSettled(ws, 'w1', 'withheld', 'consent');
    const standing = { step: 'remind', path: visits(['settle', now - day, 'waited'], ['remind', now - day]) };
    await addRuns(
      ws,
      ['h1', 't1', 'n1'].map((id) => ({ id: enrollmentId(id), ...standing })),
    );
    await addDeliveries(ws, [
      { run: 'h1', status: 'held', reason: 'paused' },
      { run: 't1', status: 'retrying', reason: 'http-503' },
      { run: 'n1' },
    ]);
    expect(await get('/v1/impact/destinations/crm?window=7d')).toEqual({
      emitted: 28,
      reserved: 1,
      held: 1,
      sent: 1,
      retrying: 1,
      delivered: 20,
      rejected: 1,
      dead: 1,
      unknown: 1,
      withheld: { consent: 1 },
      latency: { p50: 1_100, p95: 8_000, p99: 9_000 },
      reasons: {
        held: { paused: 1 },
        retrying: { 'http-503': 1 },
        rejected: { 'http-422': 1 },
        dead: { 'http-503': 1 },
        unknown: { timeout: 1 },
        withheld: { consent: 1 },
      },
      conservation: { emitted: 28, ledger: 28, gap: 0 },
    });
  });

  it('is all zero before anything was sent', async () => {
    await publish(workspace.ws);
    expect(await get('/v1/impact/destinations/crm')).toMatchObject({
      emitted: 0,
      withheld: {},
      latency: { p50: null, p95: null, p99: null },
      conservation: { emitted: 0, ledger: 0, gap: 0 },
    });
  });

  it('counts what began in the window, and the send with its visit', async () => {
    const { ws } = workspace;
    await publish(ws);
    const old = now - 3 * day;
    const path = visits(['remind', old, 'delivered']);
    await addRuns(ws, [{ id: enrollmentId('old'), status: 'completed', path, enteredAt: old }]);
    // Reached before the window, reserved in it.
    await addDeliveries(ws, [{ run: 'old', status: 'delivered', causedAt: old }]);
    await addSettled(ws, 'recent', 'delivered');
    expect(await conservation('2d')).toEqual({ emitted: 1, ledger: 1, gap: 0 });
    expect(await conservation('7d')).toEqual({ emitted: 2, ledger: 2, gap: 0 });
  });

  it('finds a send of a run that the ledger lost', async () => {
    const { ws } = workspace;
    await publish(ws);
    await addSettled(ws, 'kept', 'delivered');
    await addSettled(ws, 'lost', 'delivered');
    await api.store.connection.db.collection('deliveries').deleteOne({ ws, idempotencyKey: 'lost:remind:1' });
    expect(await conservation()).toEqual({ emitted: 2, ledger: 1, gap: 1 });
  });

  it('finds a delivery that no run emitted', async () => {
    const { ws } = workspace;
    await publish(ws);
    await addSettled(ws, 'kept', 'delivered');
    await addDeliveries(ws, [{ run: 'nobody', status: 'delivered' }]);
    expect(await conservation()).toEqual({ emitted: 1, ledger: 2, gap: 1 });
  });

  it('counts what syncs have begun: lost rows, rows from nowhere and rows that would stay open are gaps', async () => {
    const { ws } = workspace;
    await publish(ws);
    await addAudience(ws);
    await begin(ws, 'p1', 'held');
    await begin(ws, 'p2', 'changing');
    await addMemberRows(ws, ['p1', 'p2']);
    const key = (id: string) => `vip:crm:prf_${id}:1`;
    await api.store.deliveries.change(ws, [{ idempotencyKey: key('p1'), status: 'delivered', now }]);
    expect(await conservation()).toEqual({ emitted: 2, ledger: 2, gap: 0 });
    await addMemberRows(ws, ['p3']);
    expect(await conservation()).toEqual({ emitted: 2, ledger: 3, gap: 1 });
    await begin(ws, 'p3', 'held');
    expect(await conservation()).toEqual({ emitted: 2, ledger: 3, gap: 1 });
    await api.store.deliveries.change(ws, [{ idempotencyKey: key('p3'), status: 'dead', now }]);
    expect(await conservation()).toEqual({ emitted: 3, ledger: 3, gap: 0 });
    await begin(ws, 'p4', 'held');
    expect(await conservation()).toEqual({ emitted: 4, ledger: 3, gap: 1 });
  });

  it('takes a run whose exit rule is called like a state for what it is: cut short', async () => {
    const { ws } = workspace;
    await publish(ws);
    const ended = { status: 'exited' as const, reason: 'delivered', exitRule: 0, step: 'remind' };
    await addRuns(ws, [{ id: enrollmentId('cut'), path: visits(['remind', now - day, 'delivered']), ...ended }]);
    expect(await conservation()).toEqual({ emitted: 0, ledger: 0, gap: 0 });
    await addDeliveries(ws, [{ run: 'cut', status: 'withheld', reason: 'exited' }]);
    expect(await conservation()).toEqual({ emitted: 1, ledger: 1, gap: 0 });
  });

  it.each(['91d', '7 days', '0d', ''])('refuses the window "%s" and says how to write one', async (window) => {
    await publish(workspace.ws);
    const { body } = await ask(`/v1/impact/destinations/crm?window=${encodeURIComponent(window)}`).expect(400);
    expect(body).toMatchObject({
      errors: [{ in: 'query', pointer: '/window', message: 'Write a duration such as "24h" or "7d", at most "90d".' }],
    });
  });

  it('is not found where there is no such destination, and another workspace sees nothing of it', async () => {
    await publish(workspace.ws);
    await addSettled(workspace.ws, 'mine', 'delivered');
    await ask('/v1/impact/destinations/other').expect(404);
    Object.assign(workspace, await api.createWorkspace());
    await ask('/v1/impact/destinations/crm').expect(404);
    await publish(workspace.ws);
    expect(await get('/v1/impact/destinations/crm')).toMatchObject({ emitted: 0 });
  });
});

describe('GET /v1/impact/journeys/{key}', () => {
  it('shows who entered, where they are and how they left, with dwell, goals and deliveries', async () => {
    const { ws } = workspace;
    await publish(ws);
    await addSettled(ws, 'a', 'delivered');
    await addSettled(ws, 'b', 'rejected', 'http-422');
    const bought = (value: number, currency: string, afterMs: number): Conversion[] => [
      { goal: 'purchase', at: now - day + afterMs, value, currency },
    ];
    const cut = visits(['settle', now - day, 'purchased']);
    const exit = {
      status: 'exited' as const,
      reason: 'purchased',
      exitRule: 0,
      path: cut,
      endedAt: now - day + 60_000,
    };
    await addRuns(ws, [
      { id: enrollmentId('c'), ...exit, conversions: bought(20.5, 'EUR', 60_000) },
      { id: enrollmentId('d'), ...exit, conversions: bought(9.5, 'USD', 90_000) },
      { id: enrollmentId('e'), status: 'starting' },
      { id: enrollmentId('f') },
      {
        id: enrollmentId('g'),
        status: 'failed',
        reason: 'no-such-step',
        path: visits(['settle', now - day, 'no-such-step']),
      },
      { id: enrollmentId('h'), enteredAt: now - 8 * day },
    ]);
    expect(await get('/v1/impact/journeys/cart')).toEqual({
      entered: 7,
      active: 2,
      completed: 2,
      exited: { purchased: 2 },
      failed: 1,
      steps: [
        {
          step: 'settle',
          type: 'wait',
          entered: 7,
          waiting: 2,
          left: { waited: 2 },
          exited: { purchased: 2 },
          failed: { 'no-such-step': 1 },
          stuck: 0,
          medianDwellMs: 60_000,
        },
        {
          step: 'remind',
          type: 'send',
          entered: 2,
          waiting: 0,
          left: { delivered: 1, rejected: 1 },
          exited: {},
          failed: {},
          stuck: 0,
          medianDwellMs: 0,
        },
        {
          step: 'done',
          type: 'exit',
          entered: 2,
          waiting: 0,
          left: { completed: 2 },
          exited: {},
          failed: {},
          stuck: 0,
          medianDwellMs: 0,
        },
      ],
      goals: [
        { key: 'purchase', conversions: 2, rate: 2 / 7, value: { EUR: 20.5, USD: 9.5 }, medianTimeToConvertMs: 60_000 },
      ],
      deliveries: expect.objectContaining({
        emitted: 2,
        delivered: 1,
        rejected: 1,
        reasons: { rejected: { 'http-422': 1 } },
      }),
    });
  });

  it('tells a run that was cut short from a visit that ended, whatever the exit is called', async () => {
    const { ws } = workspace;
    await publish(ws);
    await addSettled(ws, 'a', 'delivered');
    const path = visits(['settle', now - day, 'waited'], ['remind', now - day, 'delivered']);
    const end = { status: 'exited' as const, reason: 'delivered', exitRule: 0, endedAt: now - day };
    await addRuns(ws, [{ id: enrollmentId('b'), step: 'remind', path, ...end }]);
    const { exited, steps } = await get<{ exited: unknown; steps: unknown }>('/v1/impact/journeys/cart');
    expect(exited).toEqual({ delivered: 1 });
    expect(steps).toMatchObject([
      { step: 'settle', left: { waited: 2 }, exited: {} },
      { step: 'remind', entered: 2, waiting: 0, left: { delivered: 1 }, exited: { delivered: 1 } },
      { step: 'done', left: { completed: 1 }, exited: {} },
    ]);
  });

  it('counts what the paths of the runs say, at every step, of every version and variant, and loses nobody', async () => {
    const { ws } = workspace;
    const { steps, ...rest } = journey();
    const way = (key: string) => ({ key, weight: 50, next: 'remind' });
    const which = { type: 'split' as const, experiment: 'subject', variants: [way('short'), way('long')] };
    await publish(ws, { ...rest, steps: { ...steps, settle: { type: 'wait', for: '2h', next: 'which' }, which } });
    const runs = manyRuns(400);
    await addRuns(ws, runs);
    for (const [query, isAsked] of questions) {
      const { steps: counted } = await get<{ steps: CountedStep[] }>(`/v1/journeys/cart/funnel${query}`);
      const asked = runs.filter(isAsked);
      for (const { step, ...figures } of counted) expect({ step, ...figures }).toMatchObject(countedAt(asked, step));
      expect(counted.reduce((sum, { entered }) => sum + entered, 0)).toBe(asked.flatMap(({ path }) => path).length);
    }
    await ask('/v1/journeys/cart/funnel?variant=subject:other').expect(400);
    await ask('/v1/journeys/cart/funnel?variant=subject:long:more').expect(400);
  });

  it('is the funnel of the journey, which without a window counts every run', async () => {
    const { ws } = workspace;
    await publish(ws);
    await addSettled(ws, 'a', 'delivered');
    await addRuns(ws, [{ id: enrollmentId('b') }, { id: enrollmentId('c'), enteredAt: now - 100 * day }]);
    const funnel = await get<object>('/v1/journeys/cart/funnel?window=7d');
    expect(funnel).toMatchObject({ entered: 2, active: 1, completed: 1 });
    const deliveries: unknown = expect.objectContaining({ emitted: 1, delivered: 1 });
    expect(await get('/v1/impact/journeys/cart?window=7d')).toEqual({ ...funnel, deliveries });
    expect(await get('/v1/journeys/cart/funnel')).toMatchObject({ entered: 3, active: 2, completed: 1 });
    await ask('/v1/journeys/cart/funnel?window=91d').expect(400);
    await ask('/v1/journeys/other/funnel').expect(404);
  });

  it('answers zeros for a draft, and 404 for nothing', async () => {
    await api.store.journeys.saveDraft(workspace.ws, journey(), now);
    expect(await get('/v1/impact/journeys/cart')).toMatchObject({ entered: 0, steps: [], goals: [] });
    await ask('/v1/impact/journeys/other').expect(404);
  });
});

interface CountedStep {
  readonly step: string;
  readonly entered: number;
}

const questions: readonly (readonly [string, (run: ManyRun) => boolean])[] = [
  ['', () => true],
  ['?version=1', ({ version }) => version === 1],
  ['?version=2', ({ version }) => version === 2],
  ['?variant=subject:long', ({ path }) => path.some(({ step, outcome }) => step === 'which' && outcome === 'long')],
  ['?version=1&variant=subject:long', ({ version, path }) => version === 1 && path[1]?.outcome === 'long'],
];

type ManyRun = Pick<Enrollment, 'id' | 'version' | 'status' | 'step' | 'path'> & { readonly dueAt?: number };

/** Runs that stand at, or ended at, any step in any way; the same ones each time. */
function manyRuns(count: number): ManyRun[] {
  return Array.from({ length: count }, (_, index) => {
    const ways = [['settle', 'waited'] as const, ['which', index % 3 === 0 ? 'long' : 'short'] as const];
    const sent = index % 5 === 0 ? 'withheld' : 'delivered';
    const all = [...ways, ['remind', sent] as const, ['done', 'completed'] as const].slice(0, 1 + (index % 4));
    const status = (['active', 'exited', 'failed'] as const)[index % 7 < 3 ? 0 : index % 7 < 5 ? 1 : 2];
    const ended = { active: undefined, exited: 'purchased', failed: 'visit-limit' }[status];
    const path = visits(...all.map(([step, outcome]) => [step, now - day, outcome] as const)).map((entry, at) =>
      at < all.length - 1
        ? { ...entry, ...(entry.outcome === 'withheld' && { why: index % 2 === 0 ? 'consent' : 'cap' }) }
        : { step: entry.step, visit: 1, at: entry.at, ...(ended !== undefined && { outcome: ended }) },
    );
    const of = {
      id: enrollmentId(`many${index}`),
      version: 1 + (index % 2),
      status,
      step: path.at(-1)?.step ?? '',
      path,
    };
    if (ended === undefined) return { ...of, dueAt: index % 6 === 0 ? now - 61_000 : now - 30_000 };
    return { ...of, reason: ended, endedAt: now - day };
  });
}

/** One run after the other, in plain words. */
function countedAt(runs: readonly ManyRun[], step: string) {
  const [left, exited, failed]: Record<string, number>[] = [{}, {}, {}];
  const reasons: Record<string, Record<string, number>> = {};
  let [entered, waiting, stuck] = [0, 0, 0];
  const add = (counts: Record<string, number> = {}, name = '') => (counts[name] = (counts[name] ?? 0) + 1);
  for (const { path, status, dueAt = now } of runs)
    for (const [index, visit] of path.entries()) {
      if (visit.step !== step) continue;
      entered += 1;
      const isLast = index === path.length - 1;
      if (visit.outcome === undefined) {
        waiting += 1;
        if (dueAt < now - 60_000) stuck += 1;
      } else add(isLast && status === 'exited' ? exited : isLast && status === 'failed' ? failed : left, visit.outcome);
      if (visit.why !== undefined) add((reasons[visit.outcome ?? ''] ??= {}), visit.why);
    }
  const told = Object.keys(reasons).length > 0 && { reasons };
  return { entered, waiting, stuck, left, exited, failed, ...told };
}

describe('GET /v1/impact/audiences/{key}', () => {
  it('gives the size at the end of every day, exactly, and what each destination should hold', async () => {
    const { ws } = workspace;
    await addAudience(ws);
    await stay(ws, 'p1', now - 9 * day);
    await stay(ws, 'p2', now - 2 * day);
    await stay(ws, 'p3', now - 2 * day, now - day);
    const report = await get<{ size: number; days: unknown[]; destinations: unknown }>(
      '/v1/impact/audiences/vip?window=3d',
    );
    const at = (ago: number) => new Date(Math.floor((now - ago * day) / day) * day).toISOString();
    expect(report).toEqual({
      size: 2,
      days: [
        { at: at(3), entered: 0, exited: 0, size: 1 },
        { at: at(2), entered: 2, exited: 0, size: 3 },
        { at: at(1), entered: 0, exited: 1, size: 2 },
        { at: at(0), entered: 0, exited: 0, size: 2 },
      ],
      destinations: [{ destination: 'crm', use: 'target', wanted: 2, pending: 3 }],
    });
    await ask('/v1/impact/audiences/other').expect(404);
  });
});

describe('GET /v1/impact', () => {
  it('has a row for everything, one conservation gap, and how far behind events are', async () => {
    const { ws } = workspace;
    await publish(ws);
    await addAudience(ws);
    await stay(ws, 'p1', now - day);
    await addSettled(ws, 'a', 'delivered');
    await addDeliveries(ws, [{ run: 'nobody', status: 'dead', reason: 'http-503' }]);
    await sendBatch(api.app, workspace.secretKey, [{ type: 'track', event: 'Seen', userId: 'u1' }]).expect(200);
    const overview = await get<{ audiences: object[]; freshness: { pendingEvents: number } }>('/v1/impact');
    expect(overview).toMatchObject({
      destinations: [
        { key: 'crm', name: 'CRM', emitted: 2, delivered: 1, dead: 1, conservation: { emitted: 1, ledger: 2, gap: 1 } },
      ],
      journeys: [{ key: 'cart', status: 'published', entered: 1, active: 0, completed: 1, exited: 0, conversions: 0 }],
      conservation: { emitted: 1, ledger: 2, gap: 1 },
      freshness: { pendingEvents: 1, oldestPendingAt: new Date(now).toISOString(), oldestPendingSeconds: 0 },
    });
    expect(overview.audiences).toEqual([{ key: 'vip', name: 'VIP', size: 1, entered: 1, exited: 0 }]);
  });

  it('needs a key with impact:read', async () => {
    await request(api.app).get('/v1/impact').auth(workspace.secretKey, { type: 'bearer' }).expect(403);
  });
});

describe('the gauges of /metrics', () => {
  it('say what is pending, owed, overdue, and what does not add up', async () => {
    const other = await openTestApi({ clock: () => now });
    const gauges = createGauges(other.store, () => now + 120_000);
    const app = createApp({ ...other.deps, metrics: new Registry(), gauges });
    try {
      const mine = await other.createWorkspace();
      await sendBatch(other.app, mine.secretKey, [{ type: 'track', event: 'Seen', userId: 'u1' }]).expect(200);
      const { text } = await request(app).get('/metrics').expect(200);
      expect(text).toContain('\nheddle_events_pending 1\n');
      expect(text).toContain('\nheddle_events_oldest_pending_seconds 120\n');
      expect(text).toContain('\nheddle_outbox_depth 0\n');
      expect(text).toContain('\nheddle_enrollments_overdue 0\n');
      expect(text).toContain('\nheddle_conservation_gap 0\n');
    } finally {
      await other.close();
    }
  });
});

async function addAudience(ws: WorkspaceId): Promise<void> {
  const { store } = api;
  await inTransaction(store.connection, async (session) => {
    const sinceRuleset = await store.workspaces.raiseRuleset(ws, session);
    const vip = { key: 'vip', name: 'VIP', ruleJson: '{"trait":"tier","is":"set"}' };
    await store.audiences.save(ws, vip, { sinceRuleset, now }, session);
    await store.attachments.save(
      ws,
      {
        audience: 'vip',
        destination: 'crm',
        use: 'target',
        identifiers: ['email'],
        onExit: 'remove',
        onDetach: 'keep',
        createExternal: false,
      },
      { sinceRuleset, now },
      session,
    );
  });
}

/** An operation that a sync has begun, as the sync counts it. */
async function begin(ws: WorkspaceId, id: string, state: 'held' | 'changing'): Promise<void> {
  const lastOperation = `vip:crm:prf_${id}:1`;
  const unit = { id, state, wantedBy: [`prf_${id}`], identifiers: {}, lastOperation };
  await api.store.syncUnits.write(ws, { audience: 'vip', destination: 'crm' }, [{ unit, hasBegun: true }]);
}

async function addMemberRows(ws: WorkspaceId, ids: readonly string[]): Promise<void> {
  const rows = ids.map((id) => {
    const profile = profileId(`prf_${id}`);
    const what = { kind: 'audience' as const, audience: 'vip', destination: 'crm', operation: 'add' as const };
    const idempotencyKey = `vip:crm:${profile}:1`;
    return { ws, idempotencyKey, ...what, profile, subject: `${ws}:${profile}`, causedAt: now };
  });
  await api.store.deliveries.reserve(rows, now);
}

async function stay(ws: WorkspaceId, id: string, enteredAt: number, exitedAt?: number): Promise<void> {
  const { store } = api;
  const profile = profileId(`prf_${id}`);
  const edge = { audience: 'vip', profile, seq: 1, cause: 'event' as const };
  await inTransaction(store.connection, async (session) => {
    await store.memberships.writeEdges(ws, [{ ...edge, edge: 'entered', version: 1, at: enteredAt }], session);
    if (exitedAt !== undefined)
      await store.memberships.writeEdges(ws, [{ ...edge, edge: 'exited', version: 2, at: exitedAt }], session);
    const wish = {
      audience: 'vip',
      destination: 'crm',
      profile,
      version: 1,
      identifiers: {},
      causedAt: enteredAt,
      ruleset: 1,
    };
    await store.syncMembers.setDesired(ws, [{ ...wish, isIn: true }], session);
    if (exitedAt !== undefined) await store.syncMembers.setDesired(ws, [{ ...wish, version: 2, isIn: false }], session);
  });
}

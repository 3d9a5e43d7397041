import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Express } from 'express';
import pino from 'pino';
import { Registry } from 'prom-client';
import request, { type Test } from 'supertest';
import { applyEventBatch, applyTime } from '../activities/apply/apply';
import { declareReady, switchAudiences } from '../activities/switch-audiences';
import { RulesetCache } from '../folding/ruleset-cache';
import { createApp } from '../api/app';
import type { ApiDeps } from '../api/deps';
import { workspaceId, type WorkspaceId } from '../domain/ids';
import type { WantedSchedule } from '../domain/pulls/wanted-schedule';
import { prepareStore } from '../store/open-store';
import { SourcePolicies } from '../store/source-policies';
import { openStore, type Store } from '../store/store';
import { TrafficRecorder, usualCatalogueLimits } from '../store/traffic-recorder';

export interface TestWorkspace {
  readonly ws: WorkspaceId;
  readonly publicKey: string;
  readonly secretKey: string;
  readonly apiKey: string;
}

export interface TestApi {
  readonly app: Express;
  readonly store: Store;
  readonly deps: ApiDeps;
  /** Partitions and workspaces that were rung, in order. */
  readonly rings: string[];
  readonly backfills: string[];
  /** Pairs whose sync was rung, as `audience/destination`. */
  readonly syncRings: string[];
  /** Ids of operations that were started. */
  readonly operations: string[];
  /** Schedules of sources as they were brought; without `schedule`, taken away. */
  readonly schedules: (Partial<WantedSchedule> & { readonly source: string })[];
  /** Sources that were to be asked at once. */
  readonly pulled: string[];
  /** Workflow ids of runs that were woken. */
  readonly wokenRuns: string[];
  /** Lines as logged. */
  readonly logged: string[];
  createWorkspace(name?: string): Promise<TestWorkspace>;
  /** What intake and back-fill do: applies pending events, and brings every profile to the newest rules. */
  catchUp(ws: WorkspaceId): Promise<void>;
  close(): Promise<void>;
}

export const testLimits = {
  maxBodyBytes: 4 * 1024 * 1024,
  maxDefinitionBytes: 1024 * 1024,
  maxBatchEvents: 10_000,
  event: { maxBytes: 32 * 1024, maxDepth: 64 },
  pageSizeMax: 1_000,
  approvalAbove: 100,
  preview: { asksAll: 5_000, sample: 1_000 },
  simulation: { people: 1_000, days: 90 },
  maxBytesInFlight: 64 * 1024 * 1024,
  maxKeyBytesInFlight: 16 * 1024 * 1024,
  bodySeconds: 20,
  insertsAtOnce: 4,
  failedKeysPerMinute: 1_000_000,
  idempotencyHours: 24,
  resumedSendsPerSecond: 50,
  sessionMs: 30 * 60_000,
  changeStreams: { most: 10, ofWorkspace: 3, seconds: 1 },
  rates: {
    windowSeconds: 10,
    processes: 1,
    workspaceEvents: 1_000_000,
    keyEvents: 1_000_000,
    workspaceRequests: 100_000,
    keyRequests: 100_000,
    workspaceDecisions: 100_000,
    keyDecisions: 100_000,
  },
};
export const testImportLimits = {
  maxBytes: 1_048_576,
  maxRows: 10_000,
  maxLineBytes: 4_096,
  maxColumns: 20,
  keepHours: 1,
};
const emptySample = { ok: true, code: 'empty', detail: 'The source answers, and has no rows.', columns: [], rows: [] };

export const testRootKey = 'root-key-of-the-tests-only';

async function openTestStore(): Promise<Store> {
  const uri = process.env['HEDDLE_TEST_MONGODB_URI'];
  if (uri === undefined) throw new Error('Integration tests need a database; run them with `npm run integration`.');
  const database = `api-${randomBytes(5).toString('hex')}`;
  const store = await openStore({ uri, database, masterKey: randomBytes(32), maxReadMs: 20_000 });
  await prepareStore(store.connection);
  return store;
}

/** The API over a real store in a database of its own, without Temporal: rings are written down. */
export async function openTestApi(overrides: Partial<ApiDeps> = {}): Promise<TestApi> {
  const store = await openTestStore();
  const written = { rings: [], backfills: [], syncRings: [], wokenRuns: [], operations: [], logged: [] } as Record<
    'rings' | 'backfills' | 'syncRings' | 'wokenRuns' | 'operations' | 'logged',
    string[]
  >;
  const { rings, backfills, syncRings, wokenRuns, operations, logged } = written;
  const schedules: TestApi['schedules'] = [];
  const pulled: string[] = [];
  const deps: ApiDeps = {
    store,
    limits: testLimits,
    importLimits: testImportLimits,
    // A test sees what it changes at once.
    policies: new SourcePolicies(store, 1),
    rulesets: new RulesetCache(store),
    traffic: new TrafficRecorder({ store, limits: usualCatalogueLimits, onFailure: () => undefined }),
    clock: Date.now,
    ringIntake: (ws, partition) => void rings.push(`${ws}/${partition}`),
    startBackfill: async (ws) => void backfills.push(ws),
    ringOperation: async (_, id) => void operations.push(id),
    wakeRun: async (workflowId) => void wokenRuns.push(workflowId),
    testDestination: async () => ({ outcome: 'ok', code: 'http-204', detail: 'Received.' }),
    pulls: writtenPulls(store, schedules, pulled),
    ringSync: async (_, audience, destination) => void syncRings.push(`${audience}/${destination}`),
    log: pino({ level: 'debug' }, { write: (line: string) => void logged.push(line) }),
    metrics: new Registry(),
    checks: [{ name: 'mongodb', check: () => store.connection.db.command({ ping: 1 }) }],
    rootKey: testRootKey,
    keyEnvironment: 'dev',
    ...overrides,
  };
  const app = createApp(deps);
  return {
    schedules,
    pulled,
    app,
    store,
    deps,
    ...written,
    createWorkspace: (name) => createWorkspace(app, name),
    catchUp: (ws) => catchUp(deps, ws),
    close: async () => {
      await deps.traffic.flush();
      await store.connection.db.dropDatabase();
      await store.connection.client.close();
    },
  };
}

/** The API of a test file: opened before its first test, closed after its last one. It is filled in by then, and only then. */
export function useTestApi(overrides: Partial<ApiDeps> = {}): TestApi {
  const api = {} as TestApi;
  beforeAll(async () => void Object.assign(api, await openTestApi(overrides)));
  afterAll(() => api.close());
  return api;
}

/** A workspace for all tests of the file; with `beforeEach`, for each test one of its own. */
export function useWorkspace(api: TestApi, before: jest.Lifecycle = beforeAll): TestWorkspace {
  const workspace = {} as TestWorkspace;
  before(async () => void Object.assign(workspace, await api.createWorkspace()));
  return workspace;
}

function writtenPulls(store: Store, schedules: TestApi['schedules'], pulled: string[]): ApiDeps['pulls'] {
  return {
    bring: async (_, source, read) => void schedules.push({ source, ...(await read()) }),
    trigger: async (_, source) => void pulled.push(source),
    test: async (ws, source, test) => store.sourceTests.keep(ws, source, test, JSON.stringify(emptySample)),
    next: async () => undefined,
  };
}

async function catchUp({ store, clock }: ApiDeps, ws: WorkspaceId): Promise<void> {
  const applying = { store, clock, rulesets: new RulesetCache(store) };
  for (;;) {
    const events = await store.events.claim(ws, 0, 500, 4 * 1024 * 1024);
    if (events.length === 0) break;
    await applyEventBatch(applying, ws, events);
  }
  for (;;) {
    const state = await store.workspaces.rulesetState(ws);
    const behind = await store.preparedProfiles.left(ws, state, 50);
    if (behind.length > 0) await applyTime(applying, ws, behind);
    else if (!(await switchAudiences({ store, clock }, ws, state.version))) break;
  }
  await declareReady({ store }, ws, await store.workspaces.rulesetVersion(ws));
}

async function createWorkspace(app: Express, name = 'Test'): Promise<TestWorkspace> {
  const { body } = await request(app)
    .post('/v1/workspaces')
    .auth(testRootKey, { type: 'bearer' })
    .send({ name })
    .expect(201);
  const { id, keys } = body as { id: string; keys: { public: string; secret: string; management: string } };
  return { ws: workspaceId(id), publicKey: keys.public, secretKey: keys.secret, apiKey: keys.management };
}

/** Sends a batch with a write key. */
export function sendBatch(app: Express, writeKey: string, batch: readonly unknown[]): Test {
  return request(app).post('/v1/batch').auth(writeKey, '').send({ batch });
}

/** Listens on a free port of loopback. */
export async function listen(app: RequestListener): Promise<{ readonly server: Server; readonly url: string }> {
  const server = createServer(app).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { server, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
}

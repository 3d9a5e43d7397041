import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { once } from 'node:events';
import { Client as TemporalClient, Connection } from '@temporalio/client';
import { DefaultLogger, NativeConnection, Runtime, type Worker } from '@temporalio/worker';
import pino from 'pino';
import { Registry } from 'prom-client';
import { createApp } from '../api/app';
import { createRings } from '../api/rings';
import { createClient, type Client } from '../client/client';
import { createDoorbells, type Doorbells } from '../workflows/doorbells';
import type { WorkspaceId } from '../domain/ids';
import { prepareStore } from '../store/open-store';
import { RulesetCache } from '../folding/ruleset-cache';
import { SourcePolicies } from '../store/source-policies';
import { openStore, type Store } from '../store/store';
import { TrafficRecorder, usualCatalogueLimits } from '../store/traffic-recorder';
import { composeActivities } from '../workers/compose';
import { queueNames } from '../temporal-names';
import { createWorkers } from '../workers/worker';
import { testLimits } from './test-api';

export interface SystemOptions {
  /** Epoch milliseconds; the real clock when absent. One clock for the door, the intake and the clock workflow. */
  readonly clock?: () => number;
  /** Without workers, events stay pending. */
  readonly hasWorkers?: boolean;
  readonly intakeBatch?: number;
  readonly backfillPauseMs?: number;
  /** How long a source is read before others have their turn. */
  readonly pullTurnMs?: number;
}

/** A whole Heddle in this process over the test servers, with a database, a queue prefix and a workspace of its own. */
export interface System {
  readonly store: Store;
  readonly temporal: TemporalClient;
  readonly queuePrefix: string;
  readonly doorbells: Doorbells;
  readonly ws: WorkspaceId;
  readonly url: string;
  readonly client: Client;
  /** What the workers count. */
  readonly registry: Registry;
  readonly keys: { readonly api: string; readonly secret: string; readonly public: string };
  /** Waits until every accepted event is applied and nothing is owed to the outside. */
  settled(): Promise<void>;
  /** Another workspace of it. */
  createWorkspace(): Promise<Pick<System, 'ws' | 'client' | 'keys'>>;
  stop(): Promise<void>;
}

const rootKey = 'root-key-of-the-tests-0123456789';
const importLimits = {
  maxBytes: 64 * 1_048_576,
  maxRows: 1_000_000,
  maxLineBytes: 65_536,
  maxColumns: 100,
  backlog: 1_000,
  keepHours: 1,
};
const log = pino({ level: process.env['HEDDLE_TEST_LOG'] ?? 'silent' });

export async function startSystem(options: SystemOptions = {}): Promise<System> {
  const { clock = Date.now, hasWorkers = true, intakeBatch = 500, backfillPauseMs = 5, pullTurnMs } = options;
  const queuePrefix = `t${randomUUID().slice(0, 8)}-`;
  const uri = required('HEDDLE_TEST_MONGODB_URI');
  const store = await openStore({
    uri,
    database: `heddle_${queuePrefix.slice(0, -1)}`,
    masterKey: Buffer.alloc(32, 7),
  });
  await prepareStore(store.connection);
  const address = required('HEDDLE_TEST_TEMPORAL_ADDRESS');
  const connection = await Connection.connect({ address });
  const temporal = new TemporalClient({ connection });
  const traffic = new TrafficRecorder({ store, limits: usualCatalogueLimits, onFailure: () => undefined });
  const server = await listen({ store, traffic, temporal, queuePrefix, clock });
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const workspace = await createWorkspace(url);
  const registry = new Registry();
  const doorbells = createDoorbells({ client: temporal, queuePrefix, log });
  const workers = hasWorkers
    ? await startWorkers({
        ...{ store, temporal, queuePrefix, clock, intakeBatch, backfillPauseMs, pullTurnMs, address, registry },
        doorbells,
      })
    : undefined;
  const isQuiet = async () => (await isSettled(store)) || undefined;
  return {
    store,
    temporal,
    queuePrefix,
    doorbells,
    ...workspace,
    url,
    registry,
    createWorkspace: () => createWorkspace(url),
    settled: async () => {
      await until(isQuiet, 'the intake to settle', 240_000);
      await traffic.flush();
    },
    stop: async () => {
      await workers?.stop();
      server.close();
      server.closeAllConnections();
      await traffic.flush();
      await store.connection.db.dropDatabase();
      await store.connection.client.close();
      await connection.close();
    },
  };
}

async function createWorkspace(url: string): ReturnType<System['createWorkspace']> {
  const created = await createClient({ url, apiKey: rootKey }).workspaces.create('Test');
  const keys = { api: created.keys.management, secret: created.keys.secret, public: created.keys.public };
  const client = createClient({ url, apiKey: keys.api, writeKey: keys.secret });
  return { ws: created.id as WorkspaceId, client, keys };
}

async function listen(of: {
  store: Store;
  traffic: TrafficRecorder;
  temporal: TemporalClient;
  queuePrefix: string;
  clock: () => number;
}): Promise<Server> {
  const { store, traffic, temporal, queuePrefix, clock } = of;
  const policies = new SourcePolicies(store, 1);
  const temporalUi = { url: 'http://127.0.0.1:8233', namespace: 'default' };
  const rings = createRings(temporal, log, queuePrefix);
  const limits = { ...testLimits, maxBodyBytes: 8_388_608 };
  const metrics = new Registry();
  const own = {
    rulesets: new RulesetCache(store),
    limits,
    importLimits,
    policies,
    traffic,
    clock,
    log,
    metrics,
    checks: [],
    rootKey,
    temporalUi,
  };
  const server = createServer(createApp({ store, ...rings, ...own, keyEnvironment: 'dev' })).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return server;
}

/**
 * Asks until there is an answer, the longer it takes the less often: what is waited for needs the store that answers. Fails after two minutes
 * naming what was waited for.
 */
export async function until<Answer>(
  ask: () => Promise<Answer | undefined>,
  what: string,
  forMs = 120_000,
): Promise<Answer> {
  const startedAt = Date.now();
  for (;;) {
    const answer = await ask();
    if (answer !== undefined) return answer;
    const waitedMs = Date.now() - startedAt;
    if (waitedMs > forMs) throw new Error(`Waited ${forMs / 1_000} s for ${what}.`);
    await new Promise((resolve) => setTimeout(resolve, Math.min(Math.max(waitedMs / 10, 20), 250)));
  }
}

async function isSettled(store: Store): Promise<boolean> {
  return !(await store.events.hasAnyPending()) && (await store.outbox.depth()) === 0;
}

let isRuntimeInstalled = false;

async function startWorkers(of: {
  store: Store;
  temporal: TemporalClient;
  queuePrefix: string;
  clock: () => number;
  intakeBatch: number;
  backfillPauseMs: number;
  pullTurnMs: number | undefined;
  address: string;
  registry: Registry;
  doorbells: Doorbells;
}): Promise<{ stop(): Promise<void> }> {
  if (!isRuntimeInstalled) Runtime.install({ logger: new DefaultLogger('ERROR'), shutdownSignals: [] });
  isRuntimeInstalled = true;
  const connection = await NativeConnection.connect({ address: of.address });
  const activities = composeActivities({
    store: of.store,
    client: of.temporal,
    queuePrefix: of.queuePrefix,
    clock: of.clock,
    log,
    registry: of.registry,
    allowedTargets: ['127.0.0.1'],
    sourceFolders: [{ path: join(tmpdir(), 'heddle-sources') }],
    pulls: { perWorkspace: 4, maxPageBytes: 4_194_304, ...(of.pullTurnMs !== undefined && { turnMs: of.pullTurnMs }) },
    intakeBatch: of.intakeBatch,
    backfillPauseMs: of.backfillPauseMs,
    sessionMs: testLimits.sessionMs,
    eventLimits: testLimits.event,
    imports: importLimits,
    erasureWaitMs: 20_000,
    exportKeepMs: 3_600_000,
  });
  const workflows = { workflowBundle: { code: readFileSync(required('HEDDLE_TEST_WORKFLOW_BUNDLE'), 'utf8') } };
  const workers = await createWorkers(
    { connection, namespace: 'default', queuePrefix: of.queuePrefix, workflows, activities },
    queueNames,
  );
  const running = Promise.all(workers.map((worker: Worker) => worker.run()));
  await of.doorbells.clocks();
  return {
    stop: async () => {
      for (const worker of workers) if (worker.getState() === 'RUNNING') worker.shutdown();
      await running;
      await connection.close();
    },
  };
}

function required(name: string): string {
  const value = process.env[name];
  if (value === undefined) throw new Error(`${name} is not set; integration tests run with \`npm test\`.`);
  return value;
}

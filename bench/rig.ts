import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client as TemporalClient, Connection } from '@temporalio/client';
import { msToTs } from '@temporalio/common/lib/time';
import type { StoreKind } from '../src/local/binaries';
import { freePort } from '../src/local/free-port';
import { startHeddleProcess, type HeddleProcess, type ProcessName } from '../src/local/heddle-process';
import { poll } from '../src/local/poll';
import { ensureSearchAttributes } from '../src/local/search-attributes';
import { startMongo, type LocalMongo } from '../src/local/start-mongo';
import { startTemporal, type LocalTemporal } from '../src/local/start-temporal';
import { prepareStore } from '../src/store/open-store';
import { openStore, type Store } from '../src/store/store';
import { createTenant, rootKey, type Tenant } from './tenant';
import { startMeter, type Usage } from './meter';

/** The servers, with the flags and the promises of `npm start`, on data that goes with them. */
export interface Rig {
  readonly mongo: LocalMongo;
  readonly temporal: LocalTemporal;
  /** Starts Heddle in a database and a Temporal namespace of its own. What a bench started is ended by `clear`. */
  start(processes?: readonly ProcessName[], env?: Readonly<Record<string, string>>): Promise<Heddle>;
  clear(): Promise<void>;
  stop(): Promise<void>;
}

/** Compiled processes, as they are deployed. */
export interface Heddle {
  readonly url: string;
  readonly namespace: string;
  /** Past the API, to prepare and to look. */
  readonly store: Store;
  readonly temporal: TemporalClient;
  createTenant(): Promise<Tenant>;
  /** By name: `api`, `worker`, `store`, `temporal`, `client`. */
  readonly pids: Readonly<Record<string, number>>;
  /** What all processes and servers use from now on, and this one, which sends and receives. */
  meter(): (count: number) => Usage[];
}

const masterKey = Buffer.alloc(32, 7);

export async function openRig(store: StoreKind | undefined): Promise<Rig> {
  const folder = mkdtempSync(join(tmpdir(), 'heddle-bench-'));
  const storage = (name: string) => ({ dataDir: join(folder, name) });
  const mongo = await startMongo({ storage: storage('mongodb'), ...(store && { kind: store }) });
  const temporal = await startTemporal({ storage: storage('temporal'), ui: 'headless' });
  const ends: (() => Promise<void>)[] = [];
  const clear = async () => {
    for (const end of ends.splice(0)) await end();
  };
  return {
    mongo,
    temporal,
    start: (processes = ['api', 'worker'], more = {}) =>
      startHeddle({ mongo, temporal, folder, processes, more, ends }),
    clear,
    stop: async () => {
      await clear();
      await Promise.all([mongo.stop(), temporal.stop()]);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

interface Start {
  readonly mongo: LocalMongo;
  readonly temporal: LocalTemporal;
  readonly folder: string;
  readonly processes: readonly ProcessName[];
  /** Variables beside those that all have. */
  readonly more: Readonly<Record<string, string>>;
  readonly ends: (() => Promise<void>)[];
}

async function startHeddle({ mongo, temporal, folder, processes, more, ends }: Start): Promise<Heddle> {
  const name = `bench-${randomUUID().slice(0, 8)}`;
  const store = await openStore({ uri: mongo.uri, database: name, masterKey });
  await prepareStore(store.connection);
  const connection = await Connection.connect({ address: temporal.address });
  await makeNamespace(connection, name);
  ends.push(async () => {
    await store.connection.db.dropDatabase();
    await store.connection.client.close();
    await connection.close();
  });
  const port = await freePort();
  const variables = {
    NODE_ENV: 'production',
    PORT: String(port),
    HEDDLE_METRICS_PORT: String(await freePort()),
    MONGODB_URI: mongo.uri,
    MONGODB_DATABASE: name,
    TEMPORAL_ADDRESS: temporal.address,
    TEMPORAL_NAMESPACE: name,
    HEDDLE_SECRET_KEY: masterKey.toString('base64'),
    HEDDLE_ROOT_KEY: rootKey,
    HEDDLE_ALLOWED_TARGETS: '127.0.0.1',
    HEDDLE_LOG_LEVEL: 'warn',
  };
  const env = { ...process.env, HEDDLE_LOCAL_DIR: join(folder, name) };
  const readyAt = { api: variables.PORT, worker: variables.HEDDLE_METRICS_PORT };
  const started = processes.map((one) => startHeddleProcess(one, { ...variables, ...more }, env));
  ends.unshift(...started.map((one) => () => end(one)));
  await Promise.all(started.map((one) => whenReady(one, readyAt[one.name])));
  const url = `http://127.0.0.1:${port}`;
  const pids = {
    ...Object.fromEntries(started.map((one) => [one.name, one.pid])),
    store: mongo.pid,
    temporal: temporal.pid,
    client: process.pid,
  };
  return {
    url,
    namespace: name,
    store,
    temporal: new TemporalClient({ connection, namespace: name }),
    createTenant: () => createTenant(url, store),
    pids,
    meter: () => startMeter(pids),
  };
}

/** Everything goes with the database, so nothing need be drained. */
async function end(started: HeddleProcess): Promise<void> {
  if (started.hasExited()) return;
  process.kill(started.pid, 'SIGKILL');
  await started.exited;
}

async function whenReady(started: HeddleProcess, port: string): Promise<void> {
  const isReady = async () => {
    if (started.hasExited()) return false;
    const answer = await fetch(`http://127.0.0.1:${port}/readyz`).catch(() => undefined);
    return answer?.ok ? true : undefined;
  };
  if (await poll(isReady, { forMs: 60_000 })) return;
  throw new Error(`The ${started.name} did not become ready; its log ends with:\n${started.lastLines()}`);
}

async function makeNamespace(connection: Connection, namespace: string): Promise<void> {
  await connection.workflowService.registerNamespace({ namespace, workflowExecutionRetentionPeriod: msToTs('1 day') });
  const make = async () => {
    await ensureSearchAttributes(connection, namespace);
    return true as const;
  };
  if (!(await poll(() => make().catch(() => undefined), { forMs: 60_000 })))
    throw new Error('Temporal did not make the namespace of the benchmark.');
}

import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { Client as TemporalClient, Connection } from '@temporalio/client';
import { msToTs } from '@temporalio/common/lib/time';
import { createClient, type Client } from '../client/client';
import type { WorkspaceId } from '../domain/ids';
import { freePort } from '../local/free-port';
import { startHeddleProcess, type HeddleProcess, type ProcessName } from '../local/heddle-process';
import { ensureSearchAttributes } from '../local/search-attributes';
import { prepareStore } from '../store/open-store';
import { openStore, type Store } from '../store/store';
import { startFaultProxy, type FaultProxy } from './fault-proxy';
import { until } from './system';

/** A process that a test may end as a crash would, and start again at the same address. */
export interface Mortal {
  readonly pid: number;
  /** `kill -9`; resolves when the process is gone. */
  kill(): Promise<void>;
  /** Resolves when it is ready. */
  start(): Promise<void>;
  /** SIGTERM, and as long as draining takes. */
  stop(): Promise<void>;
  /** The lines it logs from `warn` upwards. */
  log(): string;
}

/** A workspace of its own, so that tests on the same processes do not meet. */
export interface Tenant {
  readonly ws: WorkspaceId;
  readonly client: Client;
  readonly writeKey: string;
}

/** Heddle as it is deployed: compiled processes, in a database and a Temporal namespace of their own on the test servers. */
export interface Processes {
  readonly url: string;
  readonly api: Mortal;
  readonly workers: readonly [Mortal, ...Mortal[]];
  /** Straight to the servers, past the proxies. */
  readonly store: Store;
  readonly temporal: TemporalClient;
  /** Where things may go wrong: between the API and its database, the workers and theirs, and both and Temporal. */
  readonly between: {
    readonly apiAndStore: FaultProxy;
    readonly workersAndStore: FaultProxy;
    readonly allAndTemporal: FaultProxy;
  };
  createTenant(): Promise<Tenant>;
  /** Waits until every accepted event is applied and nothing is owed to the outside. */
  settled(): Promise<void>;
  stop(): Promise<void>;
}

export interface ProcessesOptions {
  readonly workers?: number;
  /** Variables of `src/config.ts`, for all processes. */
  readonly env?: Readonly<Record<string, string>>;
}

const rootKey = 'root-key-of-the-tests-0123456789';
const masterKey = Buffer.alloc(32, 7);
const readyWithinMs = 90_000;

export async function startProcesses({ workers = 1, env = {} }: ProcessesOptions = {}): Promise<Processes> {
  await build();
  const name = `faults-${randomUUID().slice(0, 8)}`;
  const mongo = new URL(required('HEDDLE_TEST_MONGODB_URI'));
  const [temporalHost = '', temporalPort = ''] = required('HEDDLE_TEST_TEMPORAL_ADDRESS').split(':');
  const store = await openStore({ uri: mongo.href, database: name, masterKey });
  await prepareStore(store.connection);
  const connection = await Connection.connect({ address: `${temporalHost}:${temporalPort}` });
  await makeNamespace(connection, name);
  const [apiAndStore, workersAndStore, allAndTemporal] = await Promise.all([
    startFaultProxy(mongo.hostname, Number(mongo.port || 27_017)),
    startFaultProxy(mongo.hostname, Number(mongo.port || 27_017)),
    startFaultProxy(temporalHost, Number(temporalPort)),
  ]);
  const logs = mkdtempSync(join(tmpdir(), 'heddle-faults-'));
  const port = await freePort();
  const shared = {
    NODE_ENV: 'test',
    HOST: '127.0.0.1',
    PORT: String(port),
    MONGODB_DATABASE: name,
    TEMPORAL_ADDRESS: `127.0.0.1:${allAndTemporal.port}`,
    TEMPORAL_NAMESPACE: name,
    HEDDLE_SECRET_KEY: masterKey.toString('base64'),
    HEDDLE_ROOT_KEY: rootKey,
    HEDDLE_ALLOWED_TARGETS: '127.0.0.1',
    HEDDLE_LOG_LEVEL: 'warn',
    ...env,
  };
  const through = (proxy: FaultProxy): string => {
    const uri = new URL(mongo.href);
    uri.host = `127.0.0.1:${proxy.port}`;
    uri.searchParams.set('directConnection', 'true');
    return uri.href;
  };
  const url = `http://127.0.0.1:${port}`;
  const api = mortal('api', join(logs, 'api'), url, { ...shared, MONGODB_URI: through(apiAndStore) });
  const all = await Promise.all(
    Array.from({ length: workers }, async (_, index) => {
      const metrics = await freePort();
      const variables = { ...shared, MONGODB_URI: through(workersAndStore), HEDDLE_METRICS_PORT: String(metrics) };
      return mortal('worker', join(logs, `worker-${index}`), `http://127.0.0.1:${metrics}`, variables);
    }),
  );
  await Promise.all([api, ...all].map((process) => process.start()));
  return {
    url,
    api,
    workers: all as [Mortal, ...Mortal[]],
    store,
    temporal: new TemporalClient({ connection, namespace: name }),
    between: { apiAndStore, workersAndStore, allAndTemporal },
    createTenant: () => createTenant(url),
    settled: async () =>
      void (await until(async () => (await isSettled(store)) || undefined, 'everything to settle', 90_000)),
    stop: async () => {
      await Promise.all([api, ...all].map((process) => process.stop()));
      await Promise.all([apiAndStore, workersAndStore, allAndTemporal].map((proxy) => proxy.close()));
      await store.connection.db.dropDatabase();
      await store.connection.client.close();
      await connection.operatorService.deleteNamespace({ namespace: name });
      await connection.close();
      rmSync(logs, { recursive: true, force: true });
    },
  };
}

/** Up to date with the sources, whoever started the tests. */
async function build(): Promise<void> {
  const root = resolve(__dirname, '../..');
  await promisify(execFile)(process.execPath, ['scripts/setup.mjs', 'build'], { cwd: root });
}

async function makeNamespace(connection: Connection, namespace: string): Promise<void> {
  await connection.workflowService.registerNamespace({ namespace, workflowExecutionRetentionPeriod: msToTs('1 day') });
  const make = async () => {
    await ensureSearchAttributes(connection, namespace);
    return true as const;
  };
  await until(() => make().catch(() => undefined), 'Temporal to know its new namespace');
}

function mortal(name: ProcessName, folder: string, url: string, variables: Readonly<Record<string, string>>): Mortal {
  let running: HeddleProcess | undefined;
  const current = (): HeddleProcess => {
    if (!running) throw new Error(`The ${name} has not been started.`);
    return running;
  };
  return {
    get pid() {
      return current().pid;
    },
    kill: async () => {
      process.kill(current().pid, 'SIGKILL');
      await current().exited;
    },
    start: async () => {
      running = startHeddleProcess(name, variables, { ...process.env, HEDDLE_LOCAL_DIR: folder });
      await until(() => isReady(current(), url), `the ${name} to be ready`, readyWithinMs);
    },
    stop: async () => running?.stop(),
    log: () => current().lastLines(),
  };
}

async function isReady(process: HeddleProcess, url: string): Promise<true | undefined> {
  if (process.hasExited()) throw new Error(`The ${process.name} stopped while starting:\n${process.lastLines()}`);
  try {
    return (await fetch(`${url}/readyz`, { signal: AbortSignal.timeout(5_000) })).ok || undefined;
  } catch {
    return undefined; // nothing listens yet
  }
}

async function createTenant(url: string): Promise<Tenant> {
  const { id, keys } = await createClient({ url, apiKey: rootKey }).workspaces.create('Faults');
  const client = createClient({ url, apiKey: keys.management, writeKey: keys.secret });
  return { ws: id as WorkspaceId, client, writeKey: keys.secret };
}

async function isSettled({ events, outbox }: Store): Promise<boolean> {
  const [isPending, owed] = await Promise.all([events.hasAnyPending(), outbox.depth()]);
  return !isPending && owed === 0;
}

function required(name: string): string {
  const value = process.env[name];
  if (value === undefined) throw new Error(`${name} is not set; end-to-end tests run with \`npm test\`.`);
  return value;
}

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
  /** `kill -9`; resolves when the process is gone, and with it its transactions, which the server would else keep open for a while. */
  kill(): Promise<void>;
  /** Resolves when it is ready. */
  start(): Promise<void>;
  /** SIGTERM, and as long as draining takes. */
  stop(): Promise<void>;
}

/** A workspace of its own, so that tests on the same processes do not meet. */
export interface Tenant {
  readonly ws: WorkspaceId;
  readonly client: Client;
  readonly writeKey: string;
  readonly apiKey: string;
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
const patienceMs = 180_000;

export async function startProcesses({ workers = 1, env = {} }: ProcessesOptions = {}): Promise<Processes> {
  await build();
  const name = `faults-${randomUUID().slice(0, 8)}`;
  const servers = await openServers(name);
  const { between, store, connection } = servers;
  const logs = mkdtempSync(join(tmpdir(), 'heddle-faults-'));
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const shared = { ...variablesOf(name, between.allAndTemporal), PORT: String(port), ...env };
  const apiVariables = { ...shared, MONGODB_URI: uriThrough(between.apiAndStore) };
  const api = mortal({ name: 'api', folder: join(logs, 'api'), url, variables: apiVariables, store });
  const startable = async (index: number): Promise<Mortal> => {
    const metrics = await freePort();
    const more = { MONGODB_URI: uriThrough(between.workersAndStore), HEDDLE_METRICS_PORT: String(metrics) };
    const [folder, at] = [join(logs, `worker-${index}`), `http://127.0.0.1:${metrics}`];
    return mortal({ name: 'worker', folder, url: at, variables: { ...shared, ...more }, store });
  };
  const first = await startable(0);
  const others = await Promise.all(Array.from({ length: workers - 1 }, (_, index) => startable(index + 1)));
  const all = [api, first, ...others];
  await Promise.all(all.map((process) => process.start()));
  return {
    url,
    api,
    workers: [first, ...others],
    store,
    temporal: new TemporalClient({ connection, namespace: name }),
    between,
    createTenant: () => createTenant(url),
    settled: () => settled(store),
    stop: async () => {
      await Promise.all(all.map((process) => process.stop()));
      await servers.close();
      rmSync(logs, { recursive: true, force: true });
    },
  };
}

/** A database and a Temporal namespace of this name, and the proxies in front of the servers. */
async function openServers(name: string) {
  const mongo = new URL(required('HEDDLE_TEST_MONGODB_URI'));
  const temporal = new URL(`grpc://${required('HEDDLE_TEST_TEMPORAL_ADDRESS')}`);
  const store = await openStore({ uri: mongo.href, database: name, masterKey });
  await prepareStore(store.connection);
  const connection = await Connection.connect({ address: temporal.host });
  await makeNamespace(connection, name);
  const [apiAndStore, workersAndStore, allAndTemporal] = await Promise.all(
    [mongo, mongo, temporal].map(({ hostname, port }) => startFaultProxy(hostname, Number(port || 27_017))),
  );
  if (!apiAndStore || !workersAndStore || !allAndTemporal) throw new Error('A proxy is missing.');
  const between = { apiAndStore, workersAndStore, allAndTemporal };
  const close = async () => {
    await Promise.all(Object.values(between).map((proxy) => proxy.close()));
    await store.connection.db.dropDatabase();
    await store.connection.client.close();
    await connection.operatorService.deleteNamespace({ namespace: name });
    await connection.close();
  };
  return { store, connection, between, close };
}

function variablesOf(name: string, temporal: FaultProxy) {
  return {
    NODE_ENV: 'test',
    HOST: '127.0.0.1',
    MONGODB_DATABASE: name,
    TEMPORAL_ADDRESS: `127.0.0.1:${temporal.port}`,
    TEMPORAL_NAMESPACE: name,
    HEDDLE_SECRET_KEY: masterKey.toString('base64'),
    HEDDLE_ROOT_KEY: rootKey,
    HEDDLE_ALLOWED_TARGETS: '127.0.0.1',
    HEDDLE_LOG_LEVEL: 'warn',
  };
}

/** The servers' own address with the proxy in place of the host, which the driver must not look behind. */
function uriThrough({ port }: FaultProxy): string {
  const uri = new URL(required('HEDDLE_TEST_MONGODB_URI'));
  uri.host = `127.0.0.1:${port}`;
  uri.searchParams.set('directConnection', 'true');
  return uri.href;
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

interface MortalOptions {
  readonly name: ProcessName;
  readonly folder: string;
  readonly url: string;
  readonly variables: Readonly<Record<string, string>>;
  readonly store: Store;
}

function mortal({ name, folder, url, variables, store }: MortalOptions): Mortal {
  let running: HeddleProcess | undefined;
  const current = (): HeddleProcess => {
    if (!running) throw new Error(`The ${name} has not been started.`);
    return running;
  };
  return {
    kill: async () => {
      process.kill(current().pid, 'SIGKILL');
      await current().exited;
      await store.connection.client.db('admin').command({ killAllSessions: [] });
    },
    start: async () => {
      running = startHeddleProcess(name, variables, { ...process.env, HEDDLE_LOCAL_DIR: folder });
      await until(() => isReady(current(), url), `the ${name} to be ready`, patienceMs);
    },
    stop: async () => running?.stop(),
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
  return { ws: id as WorkspaceId, client, writeKey: keys.secret, apiKey: keys.management };
}

async function settled({ events, outbox }: Store): Promise<void> {
  const look = async () => (!(await events.hasAnyPending()) && (await outbox.depth()) === 0 ? true : undefined);
  await until(look, 'everything to settle', patienceMs);
}

function required(name: string): string {
  const value = process.env[name];
  if (value === undefined) throw new Error(`${name} is not set; end-to-end tests run with \`npm test\`.`);
  return value;
}

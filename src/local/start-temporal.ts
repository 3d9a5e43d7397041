import { join } from 'node:path';
import { Connection } from '@temporalio/client';
import { findTemporal } from './binaries';
import { demandPort, freePort } from './free-port';
import { ensureSearchAttributes, searchAttributes } from './search-attributes';
import { openFolder, type Folder, type Storage } from './storage';
import { startServer, type LocalServer } from './start-server';

export interface TemporalOptions {
  readonly storage: Storage;
  /** Ports that must be taken; a busy one is an error. Others are free ones. */
  readonly ports?: { readonly grpc?: number; readonly ui?: number };
  readonly ui: 'with-ui' | 'headless';
}

export interface LocalTemporal extends LocalServer {
  readonly address: string;
  readonly namespace: 'default';
  readonly uiUrl: string | undefined;
}

/** Values are JSON. Raised limits, one task-queue partition, and time skipping for tests of long waits (server 1.32 and newer). */
const dynamicConfig: Readonly<Record<string, string>> = {
  'frontend.rps': '20000',
  'frontend.namespaceRPS': '20000',
  'frontend.namespaceCount': '10000',
  'frontend.namespaceRPS.visibility': '1000',
  'history.rps': '30000',
  'history.shardIOTimeout': '"30s"',
  'matching.rps': '20000',
  'matching.persistenceMaxQPS': '30000',
  'matching.numTaskqueueReadPartitions': '1',
  'matching.numTaskqueueWritePartitions': '1',
  'system.enableActivityEagerExecution': 'true',
  'frontend.WorkflowTimeSkippingEnabled': 'true',
  'system.workflowTimeSkippingEnabled': 'true',
};

/** Write-ahead log with few fsyncs: ten times as fast, safe against a killed process though not against a power cut. */
const sqlite = ['journal_mode=WAL', 'synchronous=NORMAL', 'busy_timeout=5000', 'cache_size=-65536'];

/** Starts Temporal's development server on loopback and waits until its namespace answers. Throws LocalError. */
export async function startTemporal({ storage, ports = {}, ui }: TemporalOptions): Promise<LocalTemporal> {
  const binary = findTemporal();
  const port = await demandPort(ports.grpc, 'Temporal');
  const uiPort = ui === 'with-ui' ? await demandPort(ports.ui, 'the Temporal UI') : undefined;
  const folder = await openFolder(storage, 'Temporal');
  const address = `127.0.0.1:${port}`;
  const server = await startServer({
    what: 'Temporal',
    folder,
    command: [binary, ...(await flags(folder, port, uiPort))],
    isReady: () => prepare(address),
  });
  const uiUrl = uiPort === undefined ? undefined : `http://127.0.0.1:${uiPort}`;
  return { ...server, address, namespace: 'default', uiUrl };
}

async function flags(folder: Folder, port: number, uiPort: number | undefined): Promise<readonly string[]> {
  const userInterface = uiPort === undefined ? ['--headless'] : ['--ui-port', `${uiPort}`, '--ui-disable-news-fetch'];
  const file = folder.ephemeralDir === undefined ? ['--db-filename', join(folder.path, 'temporal.db')] : [];
  return [
    ...[
      'server',
      'start-dev',
      '--ip',
      '127.0.0.1',
      '--port',
      `${port}`,
      '--log-level',
      'warn',
      ...userInterface,
      ...file,
    ],
    ...['--metrics-port', `${await freePort()}`, '--http-port', `${await freePort()}`],
    ...sqlite.flatMap((pragma) => ['--sqlite-pragma', pragma]),
    ...Object.entries(dynamicConfig).flatMap(([name, value]) => ['--dynamic-config-value', `${name}=${value}`]),
    ...Object.entries(searchAttributes).flatMap(([name, type]) => ['--search-attribute', `${name}=${type}`]),
  ];
}

/** True once the namespace answers and has the search attributes. */
async function prepare(address: string): Promise<true | undefined> {
  const connection = Connection.lazy({ address });
  try {
    await connection.withDeadline(Date.now() + 2_000, async () => {
      await connection.workflowService.describeNamespace({ namespace: 'default' });
      await ensureSearchAttributes(connection, 'default');
    });
    return true;
  } catch {
    return undefined;
  } finally {
    await connection.close();
  }
}

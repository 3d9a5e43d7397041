import { MongoClient, MongoServerError } from 'mongodb';
import { findStore, type StoreKind } from './binaries';
import { demandPort } from './free-port';
import { openFolder, type Folder, type Storage } from './storage';
import { startServer, type LocalServer } from './start-server';

export interface MongoOptions {
  readonly storage: Storage;
  /** A port that must be taken; a busy one is an error. Otherwise a free one. */
  readonly port?: number;
  /** Asks for one of the servers, where a benchmark must name what it measures. */
  readonly kind?: StoreKind;
}

export interface LocalMongo extends LocalServer {
  readonly kind: StoreKind;
  readonly uri: string;
}

const replicaSet = 'heddle';

/** How long what a dead client has touched stays locked. Heddle's transactions last 5 seconds at most; MongoDB's default is 60. */
export const transactionLifetime = 'transactionLifetimeLimitSeconds=15';

/** The embedded stores present themselves as a replica set of one, which is what transactions need; `mongod` is told to. */
const flags: Readonly<Record<StoreKind, (folder: Folder, port: number) => readonly string[]>> = {
  mongod: ({ path }, port) => [
    ...['--replSet', replicaSet, '--bind_ip', '127.0.0.1', '--port', `${port}`, '--dbpath', path],
    ...['--wiredTigerCacheSizeGB', '0.5', '--quiet', '--setParameter', transactionLifetime],
  ],
  'secantusd-rs': secantus,
  'secantusd-py': secantus,
};

/**
 * Without `--sync-on-commit` these two acknowledge up to 200 ms before a write is safe from kill -9 (measured), which a replica set's
 * majority write never does. What goes with its test needs no such promise, and is up to three times as fast without.
 */
function secantus({ path, ephemeralDir }: Folder, port: number): readonly string[] {
  const promise = ephemeralDir === undefined ? ['--sync-on-commit'] : [];
  const at = ['--host', '127.0.0.1', '--port', `${port}`, '--storage-path', path];
  return [...at, '--cache-size', '512M', '--log-level', 'WARNING', ...promise];
}

/** Starts a database on loopback and waits until it takes writes. Throws LocalError. */
export async function startMongo({ storage, port: demanded, kind: only }: MongoOptions): Promise<LocalMongo> {
  const { kind, path: binary } = findStore(only);
  const port = await demandPort(demanded, 'MongoDB');
  const folder = await openFolder(storage, 'MongoDB');
  const server = await startServer({
    what: 'MongoDB',
    folder,
    command: [binary, ...flags[kind](folder, port)],
    isReady: () => takesWrites(port),
  });
  return { ...server, kind, uri: uriOf(port) };
}

const uriOf = (port: number) => `mongodb://127.0.0.1:${port}/?directConnection=true`;

/** True once the server is primary; a `mongod` that has no replica set yet is given one, and a moved one its new port. */
async function takesWrites(port: number): Promise<true | undefined> {
  const client = new MongoClient(uriOf(port), {
    serverSelectionTimeoutMS: 1_000,
  });
  try {
    const admin = client.db('admin');
    const { isWritablePrimary, isreplicaset } = await admin.command({ hello: 1 });
    if (isWritablePrimary === true) return true;
    const members = [{ _id: 0, host: `127.0.0.1:${port}` }];
    if (isreplicaset === true) await initiate(client, members);
    return undefined;
  } catch {
    return undefined;
  } finally {
    await client.close();
  }
}

async function initiate(client: MongoClient, members: readonly object[]): Promise<void> {
  const admin = client.db('admin');
  try {
    await admin.command({ replSetInitiate: { _id: replicaSet, members } });
  } catch (error) {
    // AlreadyInitialized (23): the data is from a run on another port, so the set's only member is not us.
    if (!(error instanceof MongoServerError && error.code === 23)) throw error;
    const { config } = (await admin.command({ replSetGetConfig: 1 })) as unknown as { config: { version: number } };
    await admin.command({ replSetReconfig: { ...config, version: config.version + 1, members }, force: true });
  }
}

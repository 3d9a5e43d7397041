import { MongoClient, type ClientSession, type Db } from 'mongodb';
import { boundReads } from './bounded-reads';
import { ensureIndexes } from './indexes';
import { migrate } from './migrations';
import { usualRetention, type Retention } from './retention';

export interface StoreOptions {
  readonly uri: string;
  readonly database: string;
  /** 32 bytes: keys the HMAC of identifiers and seals destination secrets. */
  readonly masterKey: Buffer;
  /** How long the server works at one read before it gives up; for ever unless set. */
  readonly maxReadMs?: number;
  readonly retention?: Partial<Retention>;
}

export interface StoreConnection {
  readonly client: MongoClient;
  readonly db: Db;
  readonly masterKey: Buffer;
  readonly retention: Retention;
}

/** Connects with the guarantees everything else assumes: majority writes, retries, and absent fields that stay absent. */
export async function connectStore(options: StoreOptions): Promise<StoreConnection> {
  const client = new MongoClient(options.uri, {
    ignoreUndefined: true,
    writeConcern: { w: 'majority' },
    readConcern: { level: 'majority' },
    retryWrites: true,
    serverSelectionTimeoutMS: 5_000,
    maxPoolSize: 50,
  });
  await client.connect();
  const { database, masterKey, maxReadMs } = options;
  const db = client.db(database);
  const retention = { ...usualRetention, ...options.retention };
  return { client, db: maxReadMs === undefined ? db : boundReads(db, maxReadMs), masterKey, retention };
}

/**
 * Migrations and indexes, which take the time they need, whatever bounds the reads of the connection. Answers the migrations of a newer
 * process that this one does not know.
 */
export async function prepareStore({ client, db: { databaseName } }: StoreConnection): Promise<readonly number[]> {
  const db = client.db(databaseName);
  const unknown = await migrate(db);
  await ensureIndexes(db);
  return unknown;
}

/** Runs `write` in one snapshot / majority transaction. Retrying on conflicts is the caller's decision, since it must read again. */
export async function inTransaction<Result>(
  { client }: StoreConnection,
  write: (session: ClientSession) => Promise<Result>,
): Promise<Result> {
  const session = client.startSession();
  try {
    session.startTransaction({
      readConcern: { level: 'snapshot' },
      writeConcern: { w: 'majority' },
      maxCommitTimeMS: 5_000,
    });
    const result = await write(session);
    await session.commitTransaction();
    return result;
  } catch (error) {
    if (session.inTransaction()) await session.abortTransaction().catch(() => undefined);
    throw error;
  } finally {
    await session.endSession();
  }
}

import { MongoClient, type ClientSession, type Db } from 'mongodb';
import { ensureIndexes } from './indexes';
import { migrate } from './migrations';

export interface StoreOptions {
  readonly uri: string;
  readonly database: string;
  /** 32 bytes: keys the HMAC of identifiers and seals destination secrets. */
  readonly masterKey: Buffer;
}

export interface StoreConnection {
  readonly client: MongoClient;
  readonly db: Db;
  readonly masterKey: Buffer;
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
  return { client, db: client.db(options.database), masterKey: options.masterKey };
}

export async function prepareStore({ db }: StoreConnection): Promise<void> {
  await migrate(db);
  await ensureIndexes(db);
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

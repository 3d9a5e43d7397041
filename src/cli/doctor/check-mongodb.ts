import { MongoClient } from 'mongodb';
import { causeOf, failed, ok, type Check } from './check';

const remedyOf = {
  unset: 'Set MONGODB_URI, or run `heddle dev`, which starts a database.',
  silent: 'Start the database, or correct MONGODB_URI; the hosts it names must be reachable from here.',
  alone: 'Run MongoDB as a replica set, if only of one member: a standalone server has no transactions.',
} as const;

/** Whether the database answers and takes a transaction, which is rolled back and leaves nothing. */
export async function checkMongodb(uri: string | undefined, database: string): Promise<readonly Check[]> {
  if (!uri) return [failed('mongodb', 'MONGODB_URI is not set', remedyOf.unset)];
  let client: MongoClient | undefined;
  try {
    client = new MongoClient(uri, { serverSelectionTimeoutMS: 3_000 });
    const { version } = await client.db('admin').command({ buildInfo: 1 });
    return [ok('mongodb', `answers, version ${String(version)}`), await checkTransaction(client, database)];
  } catch (error) {
    return [failed('mongodb', causeOf(error), remedyOf.silent)];
  } finally {
    await client?.close();
  }
}

async function checkTransaction(client: MongoClient, database: string): Promise<Check> {
  const session = client.startSession();
  try {
    session.startTransaction({ readConcern: { level: 'snapshot' }, writeConcern: { w: 'majority' } });
    await client
      .db(database)
      .collection('schema')
      .updateOne({ doctor: true }, { $set: { seen: true } }, { session });
    await session.abortTransaction();
    return ok('transactions', 'work');
  } catch (error) {
    return failed('transactions', causeOf(error), remedyOf.alone);
  } finally {
    await session.endSession();
  }
}

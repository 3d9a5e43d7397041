import {
  MongoBulkWriteError,
  type ClientSession,
  type Collection,
  type Document,
  type OptionalUnlessRequiredId,
} from 'mongodb';

const duplicateKey = 11_000;

/**
 * Inserts what is not there yet, after a majority write. A repeated `_id` changes nothing and is reported by its index. Any other
 * failure throws, with nothing promised.
 */
export async function insertNew<Doc extends Document>(
  collection: Collection<Doc>,
  docs: readonly Doc[],
  session?: ClientSession,
): Promise<{ inserted: number; duplicateIndexes: number[] }> {
  if (docs.length === 0) return { inserted: 0, duplicateIndexes: [] };
  try {
    const { insertedCount } = await collection.insertMany([...docs] as OptionalUnlessRequiredId<Doc>[], {
      ordered: false,
      ...(session && { session }),
    });
    return { inserted: insertedCount, duplicateIndexes: [] };
  } catch (error) {
    if (!(error instanceof MongoBulkWriteError)) throw error;
    const failures = [error.writeErrors].flat();
    if (failures.length === 0 || failures.some((failure) => failure.code !== duplicateKey)) throw error;
    return { inserted: error.insertedCount, duplicateIndexes: failures.map((failure) => failure.index) };
  }
}

import type { ClientSession, Collection, Document, OptionalUnlessRequiredId } from 'mongodb';
import { repeatedIndexes } from './mongo-errors';

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
    const duplicateIndexes = repeatedIndexes(error);
    if (!duplicateIndexes) throw error;
    return { inserted: docs.length - duplicateIndexes.length, duplicateIndexes };
  }
}

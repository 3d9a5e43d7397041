import type { Collection, Document, OptionalUnlessRequiredId } from 'mongodb';
import { isDuplicateKey } from './mongo-errors';

/** Inserts a document unless one of its `_id` is there. False: somebody else was first. */
export async function insertOnce<Doc extends Document>(
  collection: Collection<Doc>,
  doc: OptionalUnlessRequiredId<Doc>,
): Promise<boolean> {
  try {
    await collection.insertOne(doc);
    return true;
  } catch (error) {
    if (isDuplicateKey(error)) return false;
    throw error;
  }
}

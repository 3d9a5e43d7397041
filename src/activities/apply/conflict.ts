import { MongoError } from 'mongodb';

/** What was read is no longer so: another writer was first. Reading again and folding again is the remedy. */
export class WriteConflict extends Error {
  constructor(what: string) {
    super(`Another writer changed ${what} first; the batch is read and folded again.`);
    this.name = 'WriteConflict';
  }
}

/** Conflicts, duplicate keys of a creation race, time-outs and lost primaries: all of them pass, so all are retried. */
export function isTransient(error: unknown): boolean {
  if (error instanceof WriteConflict) return true;
  return error instanceof MongoError && !permanentCodes.has(Number(error.code));
}

/** Answers that come again for the same documents: too large, or a key that BSON cannot hold. */
const permanentCodes = new Set([2, 9, 14, 17_280, 10_334]);

import { MongoError, MongoNetworkError, MongoServerSelectionError } from 'mongodb';

/** What was read is no longer so: another writer was first. Reading again and folding again is the remedy. */
export class WriteConflict extends Error {
  constructor(what: string) {
    super(`Another writer changed ${what} first; the batch is read and folded again.`);
    this.name = 'WriteConflict';
  }
}

/** The definitions of a workspace cannot be put together. Not the fault of any event, so none is given up for it. */
export class RulesetUnusable extends Error {
  constructor(cause: unknown) {
    super('The definitions of a workspace cannot be compiled; its events wait until they are mended.', { cause });
    this.name = 'RulesetUnusable';
  }
}

/** Conflicts, duplicate keys of a creation race, time-outs and lost primaries: all of them pass. */
const passing = new Set([
  6, 7, 50, 89, 91, 112, 189, 202, 251, 256, 262, 9001, 10_107, 11_000, 11_600, 11_602, 13_435, 13_436, 24, 246, 290,
  317,
]);

/** Whether trying again may help. Everything else recurs: a document too large, a key that BSON cannot hold, a bug. */
export function isTransient(error: unknown): boolean {
  if (error instanceof WriteConflict || error instanceof RulesetUnusable) return true;
  if (!(error instanceof MongoError)) return false;
  if (error instanceof MongoNetworkError || error instanceof MongoServerSelectionError) return true;
  if (error.hasErrorLabel('TransientTransactionError') || error.hasErrorLabel('UnknownTransactionCommitResult'))
    return true;
  return passing.has(Number(error.code));
}

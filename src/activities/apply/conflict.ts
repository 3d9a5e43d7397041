import { RulesetUnusable } from '../../folding/ruleset-cache';
import { isPassing } from '../../store/mongo-errors';

/** What was read is no longer so: another writer was first. Reading again and folding again is the remedy. */
export class WriteConflict extends Error {
  constructor(what: string) {
    super(`Another writer changed ${what} first; the batch is read and folded again.`);
    this.name = 'WriteConflict';
  }
}

/** Whether trying again may help. Everything else recurs: a document too large, a key that BSON cannot hold, a bug. */
export function isTransient(error: unknown): boolean {
  return error instanceof WriteConflict || error instanceof RulesetUnusable || isPassing(error);
}

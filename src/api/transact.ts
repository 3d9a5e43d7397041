import { setTimeout as delay } from 'node:timers/promises';
import type { ClientSession } from 'mongodb';
import { isContended } from '../store/mongo-errors';
import { inTransaction } from '../store/open-store';
import type { ApiDeps } from './deps';

const mostTries = 20;

/**
 * One transaction, again from the start when another came between. `work` reads in the session what it decides by, so that it
 * decides anew; it may run more than once.
 */
export async function transact<Result>(
  { store }: Pick<ApiDeps, 'store'>,
  work: (session: ClientSession) => Promise<Result>,
): Promise<Result> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await inTransaction(store.connection, work);
    } catch (error) {
      if (!isContended(error) || tries === mostTries) throw error;
      await delay(Math.random() * 20 * tries);
    }
  }
}

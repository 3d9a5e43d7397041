import { setTimeout as delay } from 'node:timers/promises';
import { MongoError, type ClientSession } from 'mongodb';
import type { WorkspaceId } from '../domain/ids';
import { inTransaction } from '../store/open-store';
import type { ApiDeps } from './deps';

const mostTries = 20;

/** One transaction that saves definitions. `raiseRuleset` makes them count; without it, nothing that writers read has changed. */
export interface Saving {
  readonly session: ClientSession;
  readonly raiseRuleset: () => Promise<number>;
}

/**
 * Saves a definition and raises the ruleset in one transaction, again from the start when another save came between; then has
 * profiles brought to it. `write` checks preconditions itself, in the session, and may run more than once.
 */
export async function saveDefinition<Saved>(
  deps: Pick<ApiDeps, 'store' | 'startBackfill' | 'log'>,
  ws: WorkspaceId,
  write: (saving: Saving) => Promise<Saved>,
): Promise<Saved> {
  for (let tries = 1; ; tries += 1) {
    let isRaised = false;
    try {
      const saved = await inTransaction(deps.store.connection, (session) =>
        write({
          session,
          raiseRuleset: async () => {
            isRaised = true;
            return deps.store.workspaces.raiseRuleset(ws, session);
          },
        }),
      );
      if (isRaised) startBackfill(deps, ws);
      return saved;
    } catch (error) {
      if (!isConflict(error) || tries === mostTries) throw error;
      await delay(Math.random() * 20 * tries);
    }
  }
}

/** Not awaited: the definition is saved, and whoever wakes next sees it. */
function startBackfill({ startBackfill: start, log }: Pick<ApiDeps, 'startBackfill' | 'log'>, ws: WorkspaceId): void {
  start(ws).catch((error: unknown) => {
    log.warn({ ws, code: error instanceof Error ? error.name : 'unknown' }, 'a back-fill could not be started');
  });
}

function isConflict(error: unknown): boolean {
  return error instanceof MongoError && (error.hasErrorLabel('TransientTransactionError') || error.code === 11_000);
}

import type { ClientSession } from 'mongodb';
import type { WorkspaceId } from '../domain/ids';
import type { OutboxDoc } from '../store/documents';
import type { ApiDeps } from './deps';
import { transact } from './transact';

type SavingDeps = Pick<ApiDeps, 'store' | 'startBackfill' | 'clock' | 'log'>;

/** One transaction that saves definitions. `raiseRuleset` makes them count; without it, nothing that writers read has changed. */
export interface Saving {
  readonly session: ClientSession;
  readonly raiseRuleset: () => Promise<number>;
}

/**
 * Saves a definition and raises the ruleset in one transaction, again from the start when another save came between; then has
 * profiles brought to it. `write` checks in the session what it saves by, and may run more than once: of two saves that raise the
 * ruleset, one sees what the other wrote.
 */
export async function saveDefinition<Saved>(
  deps: SavingDeps,
  ws: WorkspaceId,
  write: (saving: Saving) => Promise<Saved>,
): Promise<Saved> {
  const { saved, owed } = await transact(deps, async (session) => {
    let owing: OutboxDoc[] = [];
    const raiseRuleset = async (): Promise<number> => {
      owing = await deps.store.outbox.add(ws, [{ kind: 'backfill' }], deps.clock(), session);
      return deps.store.workspaces.raiseRuleset(ws, session);
    };
    return { saved: await write({ session, raiseRuleset }), owed: owing };
  });
  if (owed.length > 0) void startBackfill(deps, ws, owed);
  return saved;
}

/** Not awaited: the definition is saved, and where this fails the outbox still has it. */
async function startBackfill(deps: SavingDeps, ws: WorkspaceId, owed: readonly OutboxDoc[]): Promise<void> {
  try {
    await deps.startBackfill(ws);
    await deps.store.outbox.done(owed);
  } catch (error) {
    deps.log.warn({ ws, code: error instanceof Error ? error.name : 'unknown' }, 'a back-fill could not be started');
  }
}

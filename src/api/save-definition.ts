import type { ClientSession } from 'mongodb';
import type { WorkspaceId } from '../domain/ids';
import type { OutboxWork } from '../domain/profiles/change-set';
import type { OutboxDoc } from '../store/documents';
import { carryOut, type CarryOutDeps } from './carry-out';
import type { ApiDeps } from './deps';
import { transact } from './transact';

type SavingDeps = CarryOutDeps & Pick<ApiDeps, 'clock'>;

/**
 * One transaction that saves definitions. `raiseRuleset` makes them count; without it, nothing that writers read has changed.
 * `owe` adds work that follows from the save.
 */
export interface Saving {
  readonly session: ClientSession;
  readonly raiseRuleset: () => Promise<number>;
  readonly owe: (work: readonly OutboxWork[]) => Promise<void>;
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
    const owing: OutboxDoc[] = [];
    const owe = async (work: readonly OutboxWork[]): Promise<void> => {
      owing.push(...(await deps.store.outbox.add(ws, work, deps.clock(), session)));
    };
    const raiseRuleset = async (): Promise<number> => {
      await owe([{ kind: 'backfill' }]);
      return deps.store.workspaces.raiseRuleset(ws, session);
    };
    return { saved: await write({ session, raiseRuleset, owe }), owed: owing };
  });
  // Not awaited: what was saved is saved, and where this fails the outbox still has it.
  void carryOut(deps, owed);
  return saved;
}

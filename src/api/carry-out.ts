import type { OutboxDoc } from '../store/documents';
import type { ApiDeps } from './deps';

export type CarryOutDeps = Pick<ApiDeps, 'store' | 'startBackfill' | 'ringSync' | 'startOperation' | 'log'>;

/** Carries out at once what a commit owes and the API can ring. What it cannot, or what fails, stays for the clock's sweep. */
export async function carryOut(deps: CarryOutDeps, owed: readonly OutboxDoc[]): Promise<void> {
  await Promise.all(owed.map((row) => carryOutOne(deps, row)));
}

async function carryOutOne(deps: CarryOutDeps, row: OutboxDoc): Promise<void> {
  const { ws, work } = row;
  try {
    if (work.kind === 'backfill') await deps.startBackfill(ws);
    else if (work.kind === 'sync') await deps.ringSync(ws, work.audience, work.destination);
    else if (work.kind === 'operation') await deps.startOperation(ws, work.operation);
    else return;
    await deps.store.outbox.done([row]);
  } catch (error) {
    const code = error instanceof Error ? error.name : 'unknown';
    deps.log.warn({ ws, kind: work.kind, code }, 'what a save owes waits for the next sweep');
  }
}

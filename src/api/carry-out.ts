import type { WorkspaceId } from '../domain/ids';
import { wantedSchedule } from '../domain/pulls/wanted-schedule';
import type { OutboxDoc } from '../store/documents';
import type { ApiDeps } from './deps';

export type CarryOutDeps = Pick<ApiDeps, 'store' | 'startBackfill' | 'ringSync' | 'ringOperation' | 'pulls' | 'log'>;

/** Carries out at once what a commit owes and the API can ring. What it cannot, or what fails, stays for the clock's sweep. */
export async function carryOut(deps: CarryOutDeps, owed: readonly OutboxDoc[]): Promise<void> {
  await Promise.all(owed.map((row) => carryOutOne(deps, row)));
}

async function carryOutOne(deps: CarryOutDeps, row: OutboxDoc): Promise<void> {
  const { ws, work } = row;
  try {
    if (work.kind === 'backfill') await deps.startBackfill(ws);
    else if (work.kind === 'sync') await deps.ringSync(ws, work.audience, work.destination);
    else if (work.kind === 'operation') await deps.ringOperation(ws, work.operation);
    else if (work.kind === 'pull-schedule') await bringSchedule(deps, ws, work.source);
    else return;
    await deps.store.outbox.done([row]);
  } catch (error) {
    const code = error instanceof Error ? error.name : 'unknown';
    deps.log.warn({ ws, kind: work.kind, code }, 'what a save owes waits for the next sweep');
  }
}

/** Brings the schedule of a source to what the source says now. Rejects when Temporal does not answer. */
export async function bringSchedule(
  { store, pulls }: Pick<ApiDeps, 'store' | 'pulls'>,
  ws: WorkspaceId,
  key: string,
): Promise<void> {
  await pulls.bring(ws, key, async () => {
    const [source, state] = await Promise.all([store.sources.find(ws, key), store.pullStates.find(ws, key)]);
    return wantedSchedule(source, state);
  });
}

import { createHash } from 'node:crypto';
import type { WorkspaceId } from '../../../domain/ids';
import { isContended } from '../../../store/mongo-errors';
import { inTransaction } from '../../../store/open-store';
import type { Store } from '../../../store/store';
import type { Doorbells } from '../../../workflows/doorbells';

export interface BeginRetentionDeps {
  readonly store: Store;
  readonly doorbells: Pick<Doorbells, 'operation'>;
}

/** Begins the day's removal of what is old, in each workspace that keeps something for a time only, or has made up people for tests: once a day (UTC). */
export async function beginRetention({ store, doorbells }: BeginRetentionDeps, now: number): Promise<void> {
  for (const { _id: ws, retention } of await store.workspaces.list()) {
    const keepsForATime = retention !== undefined && Object.keys(retention).length > 0;
    if (!keepsForATime && !(await store.oldRows.hasTestPeople(ws))) continue;
    const id = idOf(ws, now);
    if (await store.operations.find(ws, id)) continue;
    if (await create(store, ws, id, now)) await doorbells.operation(ws, id);
  }
}

const idOf = (ws: WorkspaceId, now: number): string => {
  const day = new Date(now).toISOString().slice(0, 10);
  return `op_${createHash('sha256').update(`retention\n${ws}\n${day}`).digest('hex').slice(0, 32)}`;
};

/** Answers false when another clock was first. One whose ring is lost is begun by the sweep of operations. */
async function create(store: Store, ws: WorkspaceId, id: string, now: number): Promise<boolean> {
  const operation = { id, kind: 'retention' as const, input: {}, startedBy: 'clock', createdAt: now };
  try {
    await inTransaction(store.connection, (session) => store.operations.create(ws, operation, session));
    return true;
  } catch (error) {
    if (isContended(error)) return false;
    throw error;
  }
}

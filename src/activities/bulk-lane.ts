import { setTimeout as delay } from 'node:timers/promises';
import type { WorkspaceId } from '../domain/ids';
import { intakePartition } from '../store/pending-event';
import type { Store } from '../store/store';

export interface BulkLaneDeps {
  readonly store: Pick<Store, 'events'>;
  /** Events of a workspace that may wait for the intake before whoever brings more pauses. */
  readonly backlog: number;
}

export interface Patience {
  readonly signal: AbortSignal;
  /** For as long as it takes unless set. */
  readonly mostMs?: number;
}

const lookAgainMs = 200;

/** Waits until the lane has room for more, so that the log does not grow faster than it is applied. False when it has none in time. */
export async function waitForRoom(
  { store, backlog }: BulkLaneDeps,
  ws: WorkspaceId,
  patience: Patience,
): Promise<boolean> {
  const hasRoom = async () => (await store.events.countPending(ws, intakePartition, 'bulk', backlog)) < backlog;
  return waitUntil(hasRoom, patience);
}

/** Waits until the intake has taken all that was stored up to an instant. False when it has not in time. */
export async function waitForIntake(
  { store }: Pick<BulkLaneDeps, 'store'>,
  ws: WorkspaceId,
  storedAt: number,
  patience: Patience,
): Promise<boolean> {
  const isTaken = async () => ((await store.events.oldestPending(ws, intakePartition, 'bulk')) ?? Infinity) > storedAt;
  return waitUntil(isTaken, patience);
}

async function waitUntil(isSo: () => Promise<boolean>, { signal, mostMs = Infinity }: Patience): Promise<boolean> {
  const endsAt = Date.now() + mostMs;
  while (!(await isSo())) {
    if (Date.now() > endsAt) return false;
    await delay(lookAgainMs, undefined, { signal });
  }
  return true;
}

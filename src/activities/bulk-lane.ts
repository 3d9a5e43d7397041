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
/** A full lane is looked at by counting it: of the time, at most one part in so many. */
const restPerLook = 5;
/**
 * How much of the lane is free again before who waited for it goes on, so that it is not counted for every few events; and how much one of
 * them is given, since others may have found the same room.
 */
const partFree = 0.25;

/**
 * Waits until the lane has room for more, so that the log does not grow faster than it is applied. Answers how many events have room,
 * so that who brings them in small lots need not ask for each, a quarter of the lane at most; 0 when there is none in time.
 */
export async function waitForRoom(
  { store, backlog }: BulkLaneDeps,
  ws: WorkspaceId,
  patience: Patience,
): Promise<number> {
  let room = 0;
  const hasRoom = async () => {
    room = backlog - (await store.events.countPending(ws, intakePartition, 'bulk', backlog));
    return room >= backlog * partFree;
  };
  return (await waitUntil(hasRoom, patience)) ? Math.min(room, Math.ceil(backlog * partFree)) : 0;
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
  for (;;) {
    const askedAt = performance.now();
    if (await isSo()) return true;
    if (Date.now() > endsAt) return false;
    await delay(Math.max(lookAgainMs, restPerLook * (performance.now() - askedAt)), undefined, { signal });
  }
}

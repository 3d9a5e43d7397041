import type { Event } from '../domain/events/event';
import type { WorkspaceId } from '../domain/ids';
import { intakePartition, numberArrivals, pendingEventDoc } from '../store/pending-event';
import type { Store } from '../store/store';
import type { Doorbells } from '../workflows/doorbells';

/**
 * Accepts events of the product itself, as if they had come from outside: pending in the live lane, applied by the intake like any
 * other. A repeated `messageId` changes nothing.
 */
export function createEventRecorder(
  store: Pick<Store, 'events' | 'identifiers'>,
  doorbells: Pick<Doorbells, 'intake'>,
): (ws: WorkspaceId, event: Event) => Promise<void> {
  return async (ws, event) => {
    const arrival = { lane: 'live', bytes: Buffer.byteLength(JSON.stringify(event)), n: numberArrivals(1) } as const;
    await store.events.insertPending([pendingEventDoc(store.identifiers, ws, event, arrival)]);
    doorbells.intake(ws, intakePartition);
  };
}

import type { Event } from '../domain/events/event';
import type { WorkspaceId } from '../domain/ids';
import { eventDocId, partitionKey } from '../store/events';
import type { Store } from '../store/store';
import type { Doorbells } from '../workflows/doorbells';

const partition = 0;

/**
 * Accepts events of the product itself, as if they had come from outside: pending in the live lane, applied by the intake like any
 * other. A repeated `messageId` changes nothing.
 */
export function createEventRecorder(
  store: Pick<Store, 'events' | 'identifiers'>,
  doorbells: Pick<Doorbells, 'intake'>,
): (ws: WorkspaceId, event: Event) => Promise<void> {
  return async (ws, event) => {
    const doc = {
      ...event,
      _id: eventDocId(ws, event.messageId),
      ws,
      state: 'pending' as const,
      pending: partitionKey(ws, partition),
      lane: 'live' as const,
      n: 0,
      bytes: Buffer.byteLength(JSON.stringify(event)),
      pendingKeys: event.identifiers.map((identifier) => store.identifiers.key(ws, identifier)),
    };
    await store.events.insertPending([doc]);
    await doorbells.intake(ws, partition);
  };
}

import type { Event } from '../domain/events/event';
import type { WorkspaceId } from '../domain/ids';
import { eventDocId, partitionKey } from '../store/events';
import type { Store } from '../store/store';

export interface RecordDeps {
  readonly store: Pick<Store, 'events' | 'identifiers'>;
  readonly ringIntake: (ws: WorkspaceId, partition: number) => Promise<void>;
}

const partition = 0;

/**
 * Accepts an event of the product itself, as if it had come from outside: pending in the live lane, applied by the intake like any
 * other. A repeated `messageId` changes nothing.
 */
export async function recordEvent({ store, ringIntake }: RecordDeps, ws: WorkspaceId, event: Event): Promise<void> {
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
  await ringIntake(ws, partition);
}

import type { Event } from '../domain/events/event';
import type { WorkspaceId } from '../domain/ids';
import type { EventDoc } from './documents';
import { eventDocId, partitionKey } from './events';
import type { IdentifierRepository } from './identifiers';

/**
 * The partition that takes a workspace's events, and the only one: two intakes would conflict wherever a person's events meet. What
 * spreads people over several decides here, and whoever rings an intake asks here.
 */
export const intakePartition = 0;

/** How an event came in. */
export interface Arrival {
  readonly lane: EventDoc['lane'];
  /** Size as received. */
  readonly bytes: number;
  /** Its number among the arrivals of this process, of `numberArrivals`. */
  readonly n: number;
  /** Of one that its tracking plan lets in all the same. */
  readonly violations?: EventDoc['violations'] | undefined;
}

let arrived = 0;

/**
 * The first of `count` numbers in a row, each higher than any given before: the order of events that one process receives in the same
 * millisecond. Events that two processes receive in one millisecond have no order between them.
 */
export function numberArrivals(count: number): number {
  const first = arrived;
  arrived += count;
  return first;
}

/** An accepted event as it waits for the intake. On the bulk lane it has no keys: waits look at live events only. */
export function pendingEventDoc(
  identifiers: Pick<IdentifierRepository, 'key'>,
  ws: WorkspaceId,
  event: Event,
  { lane, bytes, n, violations }: Arrival,
): EventDoc {
  const doc = { _id: eventDocId(ws, event.messageId), ws, ...event, state: 'pending' as const, lane, bytes, n };
  return { ...doc, ...pendingFields(identifiers, ws, doc), ...(violations && { violations }) };
}

/** What makes the intake and the waits see that an event is pending. */
export function pendingFields(
  identifiers: Pick<IdentifierRepository, 'key'>,
  ws: WorkspaceId,
  event: Pick<EventDoc, 'lane' | 'identifiers'>,
): Required<Pick<EventDoc, 'pending'>> & Pick<EventDoc, 'pendingKeys'> {
  const pending = partitionKey(ws, intakePartition);
  if (event.lane === 'bulk') return { pending };
  return { pending, pendingKeys: event.identifiers.map((identifier) => identifiers.key(ws, identifier)) };
}

import { contactEvent } from '../../domain/events/contact';
import { canMove, mayHaveArrived } from '../../domain/delivery/delivery';
import type { WorkspaceId } from '../../domain/ids';
import { strongestOf } from '../../domain/profiles/present';
import type { DeliveryChange } from '../../store/deliveries';
import { numberArrivals, pendingEventDoc } from '../../store/pending-event';
import type { JourneyDeps } from './journeys';

/**
 * Moves the delivery of a send on. Before one is said to have arrived, or that nobody knows, its person's contact is in the log: a crash
 * between the two repeats the change, and with it the event under the same id.
 */
export async function changeDelivery(deps: JourneyDeps, ws: WorkspaceId, change: DeliveryChange): Promise<void> {
  const isContact = mayHaveArrived(change.status) && (await noteContact(deps, ws, change));
  await deps.store.deliveries.change(ws, [change]);
  if (isContact) await deps.ringIntake(ws);
}

async function noteContact(
  { store }: JourneyDeps,
  ws: WorkspaceId,
  { idempotencyKey, status, now }: DeliveryChange,
): Promise<boolean> {
  const delivery = await store.deliveries.byKey(ws, idempotencyKey);
  if (!delivery || !canMove(delivery.status, status)) return false;
  const { destination, journey, step, channel } = delivery;
  const profile = await store.profiles.canonical(ws, delivery.profile);
  const identifier = profile && strongestOf(profile);
  // Of somebody who is gone, or has nothing to be known by, nothing is remembered.
  if (!identifier || journey === undefined || step === undefined) return false;
  const event = contactEvent({ idempotencyKey, destination, journey, step, channel, status }, identifier, now);
  const arrival = { lane: 'live', bytes: Buffer.byteLength(JSON.stringify(event)), n: numberArrivals(1) } as const;
  await store.events.insertPending([pendingEventDoc(store.identifiers, ws, event, arrival)]);
  return true;
}

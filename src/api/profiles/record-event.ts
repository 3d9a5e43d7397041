import { randomUUID } from 'node:crypto';
import type { Event, Identifier } from '../../domain/events/event';
import { strongestOf } from '../../domain/profiles/present';
import type { WorkspaceId } from '../../domain/ids';
import type { Profile } from '../../domain/profiles/profile';
import type { EventDoc } from '../../store/documents';
import { intakePartition, numberArrivals, pendingEventDoc } from '../../store/pending-event';
import type { ApiDeps } from '../deps';
import { conflict } from '../problem';
import type { KeyCall } from '../route';
import { waitUntil } from '../wait-until';

/** What an event of the API itself says, beside what all of them have in common. */
export type OwnEvent = Pick<Event, 'kind' | 'identifiers'> &
  Partial<Pick<Event, 'context' | 'isMerge' | 'isQuarantine' | 'unmerges' | 'listing'>>;

/**
 * An event about people that somebody with a key asked for: trusted, of the key's source, and of now. It names them by what they are known
 * by, which may be the word of a public key, and remains so.
 */
export function ownEvent({ principal, now }: KeyCall, what: string, of: OwnEvent): Event {
  return {
    messageId: `${what}-${randomUUID()}`,
    name: of.kind,
    occurredAt: now,
    receivedAt: now,
    properties: {},
    traits: {},
    context: {},
    source: principal.source,
    isTrusted: true,
    isAboutProfile: true,
    ...of,
  };
}

/** What an event names a person by. Throws 409 where nothing does any more. */
export function nameOf(profile: Pick<Profile, 'identifiers'>): Identifier {
  const strongest = strongestOf(profile);
  if (!strongest) throw conflict('Nothing identifies this profile any more.');
  return strongest;
}

/**
 * Hands an event to the intake like any other, and waits a few seconds; answers what has become of it: `pending` when nothing yet,
 * `undefined` when it is gone, since everybody it names was erased.
 */
export async function recordEvent(call: KeyCall, event: Event): Promise<EventDoc['state'] | undefined> {
  return (await recordEvents(call, [event])).get(event.messageId);
}

/** Hands events to the intake, and waits for nothing. One that is known changes nothing. */
export async function acceptEvents(
  { deps, ws }: { readonly deps: Pick<ApiDeps, 'store' | 'ringIntake'>; readonly ws: WorkspaceId },
  events: readonly Event[],
): Promise<void> {
  const first = numberArrivals(events.length);
  const docs = events.map((event, index) => {
    const arrival = { lane: 'live', bytes: Buffer.byteLength(JSON.stringify(event)), n: first + index } as const;
    return pendingEventDoc(deps.store.identifiers, ws, event, arrival);
  });
  await deps.store.events.insertPending(docs);
  deps.ringIntake(ws, intakePartition);
}

/** The same of many, by message id. */
export async function recordEvents(
  { deps, ws }: KeyCall,
  events: readonly Event[],
): Promise<ReadonlyMap<string, EventDoc['state'] | undefined>> {
  await acceptEvents({ deps, ws }, events);
  const ids = events.map(({ messageId }) => messageId);
  const read = async () =>
    new Map([...(await deps.store.events.arrivals(ws, ids))].map(([id, { state }]) => [id, state] as const));
  return waitUntil(read, (states) => [...states.values()].every((state) => state !== 'pending'));
}

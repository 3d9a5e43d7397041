import { randomUUID } from 'node:crypto';
import { createClient, type Client } from '../src/client/client';
import type { Event } from '../src/domain/events/event';
import type { WorkspaceId } from '../src/domain/ids';
import { poll } from '../src/local/poll';
import type { EventDoc } from '../src/store/documents';
import { pendingEventDoc } from '../src/store/pending-event';
import type { Store } from '../src/store/store';
import type { SentEvent } from './traffic';

/** A workspace of its own, so that rounds do not meet. */
export interface Tenant {
  readonly ws: WorkspaceId;
  readonly client: Client;
  readonly writeKey: string;
  readonly apiKey: string;
  readonly publicKey: string;
  /** The documents as the API stores them, for what begins behind the door. */
  toDocs(events: readonly SentEvent[]): EventDoc[];
  /** How many events are stored. */
  acceptedSoFar(): Promise<number>;
  /**
   * Sends one more event over HTTP, which rings the intake, and waits until it is applied: all that was pending was before it. The
   * question is one look-up by `_id`, so that asking often costs little.
   */
  applyPending(): Promise<void>;
}

export const rootKey = 'root-key-of-the-benchmarks-0123456789';
const patienceMs = 120_000;

export async function createTenant(url: string, store: Store): Promise<Tenant> {
  const created = await createClient({ url, apiKey: rootKey }).workspaces.create('Bench');
  const ws = created.id as WorkspaceId;
  const client = createClient({ url, apiKey: created.keys.management, writeKey: created.keys.secret });
  return {
    ws,
    client,
    writeKey: created.keys.secret,
    apiKey: created.keys.management,
    publicKey: created.keys.public,
    toDocs: (events) => events.map((event, n) => toDoc(store, ws, event, n)),
    acceptedSoFar: () => store.connection.db.collection<EventDoc>('events').countDocuments({ ws }),
    applyPending: async () => {
      const messageId = randomUUID();
      await client.events.track({ event: 'Product Viewed', userId: 'user-0', messageId });
      const isApplied = async () => (await store.events.byMessageId(ws, messageId))?.state === 'applied';
      await within('the events to be applied', isApplied);
    },
  };
}

/** Asks every 20 ms, unless told otherwise, until it is so; fails after two minutes, naming what was waited for. */
export async function within(
  what: string,
  isSo: () => Promise<boolean>,
  { everyMs = 20, forMs = patienceMs } = {},
): Promise<void> {
  const answer = await poll(async () => (await isSo()) || undefined, { forMs, everyMs });
  if (!answer) throw new Error(`Waited ${forMs / 1_000} s for ${what}.`);
}

function toDoc(store: Store, ws: WorkspaceId, sent: SentEvent, n: number): EventDoc {
  const now = Date.now();
  const event: Event = {
    messageId: randomUUID(),
    kind: sent.type,
    name: sent.type === 'track' ? sent.event : sent.type,
    occurredAt: now,
    receivedAt: now,
    identifiers: [
      { type: 'user_id', value: sent.userId },
      { type: 'anonymous_id', value: sent.anonymousId },
    ],
    properties: sent.type === 'track' ? sent.properties : {},
    traits: sent.type === 'identify' ? sent.traits : {},
    context: sent.context,
    source: 'bench',
    isTrusted: true,
  };
  return pendingEventDoc(store.identifiers, ws, event, { lane: 'live', bytes: JSON.stringify(sent).length, n });
}

import type { Collection } from 'mongodb';
import { profileId, subjectOf, type ProfileId, type WorkspaceId } from '../domain/ids';
import { deliveryStatuses, isFinal } from '../domain/delivery/delivery';
import type { Forgettable, Forgotten } from '../domain/privacy/is-forgettable';
import { isToBeRemembered } from '../domain/privacy/too-old';
import type { DeadLetterDoc } from './dead-letters';
import type { DeliveryDoc } from './deliveries';
import type { EventDoc, ProfileDoc, RememberedEventDoc } from './documents';
import { eventDocId } from './events';
import { inTransaction, type StoreConnection } from './open-store';
import type { OperationDoc } from './operations';
import { pairKey } from './sync-members';

const finalStatuses = deliveryStatuses.filter(isFinal);

interface Retired {
  readonly _id: string;
  readonly ws: WorkspaceId;
  readonly pair: string;
  readonly emitted: number;
}

type Person = Pick<ProfileDoc, 'id' | 'lineage' | 'identifiers'> & Forgettable;
const personFields = {
  ...{ id: 1, lineage: 1, identifiers: 1 },
  ...{ createdAt: 1, mergedInto: 1, erasedAt: 1, restrictedAt: 1, isTest: 1 },
};

/** What tells which ids are to be remembered, and for whom. */
const eventFields = {
  ...{ subject: 1, kind: 1, messageId: 1, source: 1 },
  ...{ receivedAt: 1, sentOccurredAt: 1, lane: 1, n: 1 },
};

const rangeAfter = (ws: WorkspaceId, after?: ProfileId) => ({
  _id: { $gt: after === undefined ? `${ws}:` : `${ws}:${after}`, $lt: `${ws};` },
});

/** What is older than a workspace keeps it, a bounded number at a time. Each answers how many it removed. */
export class OldRows {
  readonly #connection: StoreConnection;
  readonly #profiles: Collection<ProfileDoc>;
  readonly #events: Collection<EventDoc>;
  readonly #letters: Collection<DeadLetterDoc>;
  readonly #deliveries: Collection<DeliveryDoc>;
  readonly #operations: Collection<OperationDoc>;
  readonly #imports: Collection<{ readonly _id: string }>;
  readonly #units: Collection<Retired>;

  constructor(connection: StoreConnection) {
    const { db } = connection;
    this.#connection = connection;
    this.#profiles = db.collection('profiles');
    this.#events = db.collection('events');
    this.#letters = db.collection('deadLetters');
    this.#deliveries = db.collection('deliveries');
    this.#operations = db.collection('operations');
    this.#imports = db.collection('imports');
    this.#units = db.collection('syncUnits');
  }

  /** Ids of profiles in their order, those that were merged or erased among them: their events are theirs still. */
  async profilesAfter(ws: WorkspaceId, limit: number, after?: ProfileId): Promise<ProfileId[]> {
    const options = { projection: { id: 1 } };
    const rows = await this.#profiles.find(rangeAfter(ws, after), options).sort({ _id: 1 }).limit(limit).toArray();
    return rows.map(({ id }) => profileId(id));
  }

  /** The same, with what tells whether nobody can name them. */
  async peopleAfter(
    ws: WorkspaceId,
    limit: number,
    after?: ProfileId,
    who: Forgotten = 'anonymous',
  ): Promise<Person[]> {
    const options = { projection: personFields };
    const filter = { ...rangeAfter(ws, after), ...(who === 'test' && { isTest: true as const }) };
    return this.#profiles.find(filter, options).sort({ _id: 1 }).limit(limit).toArray();
  }

  /** Whether anybody was made up for a test and is still there. */
  async hasTestPeople(ws: WorkspaceId): Promise<boolean> {
    return (await this.peopleAfter(ws, 1, undefined, 'test')).length > 0;
  }

  /** Whether anything of these people happened, or came in, at this instant or later. */
  async hasEventsSince(subjects: readonly string[], since: number): Promise<boolean> {
    const subject = { $in: [...subjects] };
    const options = { projection: { _id: 1 } };
    const happened = await this.#events.findOne({ subject, occurredAt: { $gte: since } }, options);
    return (happened ?? (await this.#events.findOne({ subject, receivedAt: { $gte: since } }, options))) !== null;
  }

  /** Applied events of these profiles that both happened and were received before. Of rows that may come again the ids stay. */
  async removeEvents(ws: WorkspaceId, profiles: readonly ProfileId[], before: number, limit: number): Promise<number> {
    const subject = { $in: profiles.map((id) => subjectOf(ws, id)) };
    const filter = { subject, occurredAt: { $lt: before }, receivedAt: { $lt: before } };
    const old = await this.#events.find(filter, { projection: eventFields }).limit(limit).toArray();
    const [remembered, forgotten] = [old.filter(isToBeRemembered), old.filter((event) => !isToBeRemembered(event))];
    await this.#remember(ws, remembered);
    return remembered.length + (await remove(this.#events, forgotten));
  }

  async #remember(ws: WorkspaceId, events: readonly Pick<EventDoc, '_id' | 'subject'>[]): Promise<void> {
    if (events.length === 0) return;
    await this.#events.bulkWrite(
      events.map(({ _id, subject = '' }) => {
        const replacement: Omit<RememberedEventDoc, '_id'> = { ws, rememberedFor: subject };
        return { replaceOne: { filter: { _id }, replacement: replacement as object as EventDoc } };
      }),
      { ordered: false },
    );
  }

  /** Of events that could not be applied, with the events themselves. */
  async removeLetters(ws: WorkspaceId, before: number, limit: number): Promise<number> {
    const old = await this.#letters
      .find({ ws, at: { $lt: before } })
      .limit(limit)
      .toArray();
    const dead = old.flatMap(({ stage, messageId }) =>
      stage !== 'unapplied' || messageId === undefined ? [] : [eventDocId(ws, messageId)],
    );
    if (dead.length > 0) await this.#events.deleteMany({ _id: { $in: dead }, state: 'dead' });
    return remove(this.#letters, old);
  }

  /** Settled ones. What a sync has begun is counted without those of its operations that have gone. */
  async removeDeliveries(ws: WorkspaceId, before: number, limit: number): Promise<number> {
    const filter = { ws, createdAt: { $lt: before }, status: { $in: finalStatuses } };
    const old = await this.#deliveries.find(filter).limit(limit).toArray();
    if (old.length === 0) return 0;
    const byPair = new Map<string, number>();
    for (const { audience, destination } of old)
      if (audience !== undefined) {
        const pair = pairKey(ws, audience, destination);
        byPair.set(pair, (byPair.get(pair) ?? 0) + 1);
      }
    await inTransaction(this.#connection, async (session) => {
      await this.#deliveries.deleteMany({ _id: { $in: old.map(({ _id }) => _id) } }, { session });
      for (const [pair, count] of byPair) {
        const update = { $inc: { emitted: -count }, $setOnInsert: { ws, pair, about: [], state: 'absent' } } as object;
        await this.#units.updateOne({ _id: `${pair}:retired` }, update, { upsert: true, session });
      }
    });
    return old.length;
  }

  /** Ended ones, of imports with what was asked for, but for erasures: their results are the receipts. */
  async removeOperations(ws: WorkspaceId, before: number, limit: number): Promise<number> {
    const ended = { status: { $ne: 'running' as const }, kind: { $ne: 'erasure' as const } };
    const filter = { ws, createdAt: { $lt: before }, ...ended };
    const old = await this.#operations
      .find(filter, { projection: { _id: 1 } })
      .limit(limit)
      .toArray();
    // An import has the id of its operation, and without that one nobody finds it again.
    await remove(this.#imports, old);
    return remove(this.#operations, old);
  }
}

async function remove<Doc extends { readonly _id: string }>(
  rows: Collection<Doc>,
  old: readonly { readonly _id: unknown }[],
): Promise<number> {
  if (old.length > 0) await rows.deleteMany({ _id: { $in: old.map(({ _id }) => _id) } } as object);
  return old.length;
}

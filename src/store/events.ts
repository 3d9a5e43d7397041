import type { ClientSession, Collection } from 'mongodb';
import { effectiveAt } from '../domain/events/event';
import type { BlockReason } from '../domain/identity/resolve-identity';
import { subjectOf, type ProfileId, type WorkspaceId } from '../domain/ids';
import type { AppliedEvent, EventContent } from '../domain/profiles/change-set';
import { blockedFields, blockedKey, blockedKeys, type BlockedEvent, type BlockedQuery } from './blocked-query';
import { anyOf } from './any-of';
import type { EventDoc } from './documents';
import { insertNew } from './insert-new';
import { seenFields, type SeenEvent } from './seen-event';
import type { StoreConnection } from './open-store';

/** How far ahead of its receipt an event's own time may lie. */
const clockSkewMs = 5 * 60_000;

export const eventDocId = (ws: WorkspaceId, messageId: string): string => `${ws}:${messageId}`;
export const partitionKey = (ws: WorkspaceId, partition: number): string => `${ws}/${partition}`;

const happenedTo = (ws: WorkspaceId, profiles: readonly ProfileId[], names?: readonly string[]) => ({
  subject: anyOf(profiles.map((id) => subjectOf(ws, id))),
  ...(names && { name: { $in: [...names] } }),
});

const bySeq = (one: Pick<EventDoc, 'seq'>, other: Pick<EventDoc, 'seq'>): number => (one.seq ?? 0) - (other.seq ?? 0);

/** The event log: the truth that everything else can be recomputed from. */
export class EventRepository {
  readonly #events: Collection<EventDoc>;

  constructor({ db }: StoreConnection) {
    this.#events = db.collection<EventDoc>('events');
  }

  /**
   * Stores accepted events after a majority write. A repeated `messageId` changes nothing and is reported by its index.
   * Any other failure throws, with nothing promised: the sender repeats and the stored ones count as duplicates.
   */
  async insertPending(
    docs: readonly EventDoc[],
    session?: ClientSession,
  ): Promise<{ inserted: number; duplicateIndexes: number[] }> {
    return insertNew(this.#events, docs, session);
  }

  /** The next pending events of a partition in order of arrival, live before bulk: at most `limit`, and about `maxBytes`. */
  async claim(ws: WorkspaceId, partition: number, limit: number, maxBytes: number): Promise<EventDoc[]> {
    const pending = await this.#events
      .find({ pending: partitionKey(ws, partition) })
      .sort({ pending: 1, lane: -1, receivedAt: 1, n: 1 })
      .limit(limit)
      .toArray();
    let bytes = 0;
    const fits = pending.findIndex((event) => (bytes += event.bytes ?? 0) > maxBytes);
    return fits <= 0 ? pending.slice(0, fits === 0 ? 1 : undefined) : pending.slice(0, fits);
  }

  async hasPending(ws: WorkspaceId, partition: number): Promise<boolean> {
    return (await this.#events.findOne({ pending: partitionKey(ws, partition) }, { projection: { _id: 1 } })) !== null;
  }

  /** When the event that has waited longest in a lane of a partition was received; `undefined` when none waits there. */
  async oldestPending(ws: WorkspaceId, partition: number, lane: EventDoc['lane']): Promise<number | undefined> {
    const [oldest] = await this.#events
      .find({ pending: partitionKey(ws, partition), lane }, { projection: { receivedAt: 1 } })
      .sort({ pending: 1, lane: -1, receivedAt: 1, n: 1 })
      .limit(1)
      .toArray();
    return oldest?.receivedAt;
  }

  /** How many events wait in a lane of a partition; counted up to `most`. */
  async countPending(ws: WorkspaceId, partition: number, lane: EventDoc['lane'], most: number): Promise<number> {
    return this.#events.countDocuments({ pending: partitionKey(ws, partition), lane }, { limit: most });
  }

  /** Source and number of arrival of events that are stored, by message id; nothing but the id is known of what retention has removed. */
  async arrivals(
    ws: WorkspaceId,
    messageIds: readonly string[],
  ): Promise<Map<string, Partial<Pick<EventDoc, 'source' | 'n' | 'state'>>>> {
    if (messageIds.length === 0) return new Map();
    const ids = messageIds.map((messageId) => eventDocId(ws, messageId));
    const projection = { source: 1, n: 1, state: 1 };
    const found = await this.#events.find({ _id: { $in: ids } }, { projection }).toArray();
    return new Map(found.map(({ _id, source, n, state }) => [_id.slice(ws.length + 1), { source, n, state }]));
  }

  /** Whether anything at all waits to be applied. */
  async hasAnyPending(): Promise<boolean> {
    return (await this.#events.findOne({ pending: { $gt: '' } }, { projection: { _id: 1 } })) !== null;
  }

  /** Whether a live event with one of these identifier keys, received at or before `receivedBy`, still waits for the intake. */
  async hasPendingFor(identifierKeys: readonly string[], receivedBy: number): Promise<boolean> {
    if (identifierKeys.length === 0) return false;
    const waiting = await this.#events
      .find({ pendingKeys: { $in: [...identifierKeys] } }, { projection: { receivedAt: 1 } })
      .limit(1_000)
      .toArray();
    return waiting.some((event) => event.receivedAt <= receivedBy);
  }

  /** Live events of a name that still wait under one of these identifier keys. */
  async pendingNamed(identifierKeys: readonly string[], name: string): Promise<EventDoc[]> {
    if (identifierKeys.length === 0) return [];
    const waiting = await this.#events.find({ pendingKeys: { $in: [...identifierKeys] } }).toArray();
    return waiting.filter((event) => event.name === name);
  }

  /** Which of these identifier keys live events still wait under. */
  async pendingAmong(identifierKeys: readonly string[]): Promise<Set<string>> {
    if (identifierKeys.length === 0) return new Set();
    const waiting = await this.#events
      .find({ pendingKeys: { $in: [...identifierKeys] } }, { projection: { pendingKeys: 1 } })
      .toArray();
    return new Set(waiting.flatMap((event) => event.pendingKeys ?? []));
  }

  /**
   * Consumes the events: pending → applied, stamped. Answers how many were still pending; fewer than asked means that
   * another writer applied some, and the caller must abort its transaction and read again.
   */
  async markApplied(ws: WorkspaceId, applied: readonly AppliedEvent[], session: ClientSession): Promise<number> {
    if (applied.length === 0) return 0;
    const result = await this.#events.bulkWrite(
      applied.map(({ messageId, profile, seq, waitKey, stripped, blocked, began, notBegun }) => {
        const stamp = {
          state: 'applied' as const,
          profile,
          subject: subjectOf(ws, profile),
          seq,
          waitKey,
          ...(blocked && { blocked, blockedUnder: blockedKeys(ws, blocked) }),
          ...(began !== undefined && { began }),
          ...(notBegun !== undefined && { notBegun }),
        };
        const filter = { _id: eventDocId(ws, messageId), state: 'pending' as const };
        // Keys of users in a value that is set may begin with a dollar: only a literal takes them as they are.
        const update = stripped
          ? [{ $set: { ...stamp, ...literally(stripped) } }, { $unset: ['pending', 'pendingKeys'] }]
          : { $set: stamp, $unset: { pending: '' as const, pendingKeys: '' as const } };
        return { updateOne: { filter, update } };
      }),
      { session, ordered: false },
    );
    return result.modifiedCount;
  }

  /** How many events that ask for a run, of those whose message ids begin so, have begun one. */
  async countBegun(ws: WorkspaceId, beginning: string): Promise<number> {
    const from = eventDocId(ws, beginning);
    return this.#events.countDocuments({ _id: { $gte: from, $lt: `${from}\uffff` }, began: { $exists: true } });
  }

  /** Applied events of which a protection dropped identifiers, newest first; those `before` an instant and an id. */
  async blockedPage(ws: WorkspaceId, limit: number, { before, ...which }: BlockedQuery = {}): Promise<BlockedEvent[]> {
    const older = before && {
      $or: [{ receivedAt: { $lt: before.at } }, { receivedAt: before.at, _id: { $lt: before.id } }],
    };
    return this.#events
      .find({ blockedUnder: blockedKey(ws, which), ...older }, { projection: blockedFields })
      .sort({ receivedAt: -1, _id: -1 })
      .limit(limit)
      .toArray();
  }

  /** How many were received since an instant, of which a protection dropped something for this reason; counted to `most`. */
  async countBlocked(ws: WorkspaceId, reason: BlockReason, since: number, most: number): Promise<number> {
    const filter = { blockedUnder: blockedKey(ws, { reason }), receivedAt: { $gte: since } };
    return this.#events.countDocuments(filter, { limit: most });
  }

  /** Removes events that nobody is to be known by. Answers how many were still pending. */
  async refuse(ws: WorkspaceId, messageIds: readonly string[], session: ClientSession): Promise<number> {
    if (messageIds.length === 0) return 0;
    const _ids = messageIds.map((messageId) => eventDocId(ws, messageId));
    return (await this.#events.deleteMany({ _id: { $in: _ids }, state: 'pending' }, { session })).deletedCount;
  }

  /** `deadKeys` are the keys of all its identifiers. */
  async markDead(
    ws: WorkspaceId,
    messageId: string,
    dead: Required<Pick<EventDoc, 'deadReason' | 'deadKeys' | 'expireAt'>>,
    session: ClientSession,
  ): Promise<boolean> {
    const result = await this.#events.updateOne(
      { _id: eventDocId(ws, messageId), state: 'pending' },
      { $set: { state: 'dead', ...dead }, $unset: { pending: '', pendingKeys: '' } },
      { session },
    );
    return result.modifiedCount === 1;
  }

  /** Dead → pending again, with the receipt it had. Answers whether it is in the log and no longer dead. */
  async revive(
    ws: WorkspaceId,
    messageId: string,
    pendingOf: (event: EventDoc) => Pick<EventDoc, 'pending' | 'pendingKeys'>,
    session: ClientSession,
  ): Promise<boolean> {
    const event = await this.#events.findOne({ _id: eventDocId(ws, messageId) }, { session });
    if (event?.state !== 'dead') return event !== null;
    await this.#events.updateOne(
      { _id: event._id, state: 'dead' },
      { $set: { state: 'pending', ...pendingOf(event) }, $unset: { deadReason: '', deadKeys: '', expireAt: '' } },
      { session },
    );
    return true;
  }

  /** Applied events of people (present ids and lineages), oldest `seq` first, as rules see them; `names` narrows to what these ask for. */
  async history(ws: WorkspaceId, profiles: readonly ProfileId[], names?: readonly string[]): Promise<SeenEvent[]> {
    const found = await this.#events
      .find<SeenEvent>(happenedTo(ws, profiles, names), { projection: seenFields() })
      .toArray();
    return found.sort(bySeq);
  }

  /** The same with all that they say. */
  async wholeHistory(ws: WorkspaceId, profiles: readonly ProfileId[], names?: readonly string[]): Promise<EventDoc[]> {
    return (await this.#events.find(happenedTo(ws, profiles, names)).toArray()).sort(bySeq);
  }

  /** Applied events stored under one id after a number, in their order. */
  async after(ws: WorkspaceId, profile: ProfileId, seq: number): Promise<EventDoc[]> {
    const found = await this.#events.find({ subject: subjectOf(ws, profile), seq: { $gt: seq } }).toArray();
    return found.sort((a, b) => (a.seq ?? 0) - (b.seq ?? 0));
  }

  /** Stores applied events of one profile under another, with the numbers they have there. May be done again: those that are there stay so. */
  async restore(
    ws: WorkspaceId,
    { from, to: profile }: { readonly from: ProfileId; readonly to: ProfileId },
    events: readonly Pick<AppliedEvent, 'messageId' | 'seq' | 'waitKey'>[],
  ): Promise<void> {
    if (events.length === 0) return;
    await this.#events.bulkWrite(
      events.map(({ messageId, ...stamp }) => {
        const filter = { _id: eventDocId(ws, messageId), state: 'applied' as const, profile: from };
        return { updateOne: { filter, update: { $set: { ...stamp, profile, subject: subjectOf(ws, profile) } } } };
      }),
      { ordered: false },
    );
  }

  /**
   * Applied events of some names (`*` is any) that rules see in `[from, to)`: the edge of a window. With `properties`, only these of them,
   * since somebody's past may be long and its events large.
   */
  async between(
    ws: WorkspaceId,
    profiles: readonly ProfileId[],
    range: { readonly events: readonly string[]; readonly from: number; readonly to: number },
    properties?: readonly string[],
  ): Promise<SeenEvent[]> {
    // An event may have been received a little before its own time; see `effectiveAt`.
    const occurredAt = { $gte: range.from, $lt: range.to + clockSkewMs };
    const subject = anyOf(profiles.map((id) => subjectOf(ws, id)));
    const filter = { subject, occurredAt, ...(!range.events.includes('*') && { name: anyOf(range.events) }) };
    const projection = seenFields(properties);
    const candidates = await this.#events.find<SeenEvent>(filter, { projection }).toArray();
    const seen = candidates.filter((event) => effectiveAt(event) >= range.from && effectiveAt(event) < range.to);
    return properties?.length === 0 ? seen.map((event) => ({ ...event, properties: {} })) : seen;
  }

  /** Newest first, one page. */
  async page(
    ws: WorkspaceId,
    profiles: readonly ProfileId[],
    limit: number,
    beforeOccurredAt?: number,
    skip = 0,
  ): Promise<EventDoc[]> {
    const filter = {
      subject: anyOf(profiles.map((id) => subjectOf(ws, id))),
      ...(beforeOccurredAt !== undefined && { occurredAt: { $lt: beforeOccurredAt } }),
    };
    return this.#events.find(filter).sort({ occurredAt: -1, _id: -1 }).skip(skip).limit(limit).toArray();
  }

  /** Applied events stored under these wait keys; the caller compares `seq` with its cursor. */
  async underWaitKeys(waitKeys: readonly string[], afterSeq = -1): Promise<EventDoc[]> {
    if (waitKeys.length === 0) return [];
    return this.#events.find({ waitKey: anyOf(waitKeys), seq: { $gt: afterSeq } }).toArray();
  }

  async byMessageId(ws: WorkspaceId, messageId: string): Promise<EventDoc | null> {
    return this.#events.findOne({ _id: eventDocId(ws, messageId) });
  }

  /** Events that could not be applied, of these message ids. */
  async deadAmong(ws: WorkspaceId, messageIds: readonly string[]): Promise<EventDoc[]> {
    if (messageIds.length === 0) return [];
    const _ids = messageIds.map((messageId) => eventDocId(ws, messageId));
    return this.#events.find({ _id: { $in: _ids }, state: 'dead' }).toArray();
  }

  /** Events that could not be applied and name one of these identifiers. Answers how many there were. */
  async removeDead(identifierKeys: readonly string[]): Promise<number> {
    return (await this.#events.deleteMany({ deadKeys: { $in: [...identifierKeys] }, state: 'dead' })).deletedCount;
  }

  async remove(docs: readonly Pick<EventDoc, '_id'>[]): Promise<void> {
    if (docs.length > 0) await this.#events.deleteMany({ _id: { $in: docs.map(({ _id }) => _id) } });
  }

  /** Every applied event of a workspace, person by person: the scan behind previews. */
  scan(ws: WorkspaceId, names?: readonly string[]): AsyncIterable<EventDoc> {
    return this.#events
      .find({ ws, state: 'applied', ...(names && { name: { $in: [...names] } }) })
      .sort({ subject: 1 })
      .allowDiskUse(true);
  }
}

const literally = (content: EventContent) =>
  Object.fromEntries(Object.entries(content).map(([name, value]) => [name, { $literal: value }]));

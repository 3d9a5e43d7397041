import { randomUUID } from 'node:crypto';
import type { ClientSession, Collection, Filter, UpdateFilter } from 'mongodb';
import type { WorkspaceId } from '../domain/ids';
import type { EventDoc } from './documents';
import { eventDocId } from './events';
import { insertNew } from './insert-new';
import { sha256Of } from './key-text';
import { inTransaction, type StoreConnection } from './open-store';

export const letterStages = ['rejected', 'quarantined', 'unapplied'] as const;
export const letterStates = ['open', 'replayed', 'discarded'] as const;
export type LetterState = (typeof letterStates)[number];

/** An event that was refused at the door, kept out by a tracking plan, or could not be applied; with the reason. */
export interface DeadLetter {
  readonly stage: (typeof letterStages)[number];
  /** When the event was received, or could not be applied; epoch milliseconds. */
  readonly at: number;
  readonly code: string;
  readonly messageId?: string;
  readonly kind?: string;
  /** The name of a `track`. */
  readonly event?: string;
  readonly source?: string;
  /** JSON pointer into the event. */
  readonly path?: string;
  readonly message?: string;
  /** The event's JSON as received. Of an unapplied one nothing: the event log has it. */
  readonly payload?: string;
  /** What its batch said for all its events, as JSON. */
  readonly envelope?: string;
  /** Why the payload is not there, or is only its beginning. */
  readonly notWhole?: 'too_large' | 'too_deep' | 'not_translated';
  readonly isTrusted?: boolean;
  readonly lane?: EventDoc['lane'];
  /** HMACs of the identifiers in it as far as they can be read, so that an erasure finds it. */
  readonly naming?: readonly string[];
}

/** Of letters that say that there was an event of somebody erased. */
export const erasedCode = 'erased';

export interface DeadLetterDoc extends DeadLetter {
  readonly _id: string;
  readonly ws: WorkspaceId;
  readonly id: string;
  readonly state: LetterState;
  readonly expireAt: Date;
  readonly replayedAt?: number;
  /** What the rules said when it was last replayed in vain. */
  readonly refusedAgain?: { readonly at: number; readonly code: string };
  readonly discarded?: { readonly at: number; readonly by: string; readonly reason: string };
}

export interface LetterFilter extends Partial<
  Pick<DeadLetterDoc, 'stage' | 'state' | 'code' | 'source' | 'kind' | 'event' | 'messageId'>
> {
  /** Letters of `[from, to)`, epoch milliseconds. */
  readonly from?: number;
  readonly to?: number;
  readonly ids?: readonly string[];
}

/** A letter's place in time. */
export interface LetterPlace {
  readonly at: number;
  readonly id: string;
}

export interface LetterCount extends Pick<DeadLetterDoc, 'stage' | 'code' | 'source'> {
  readonly count: number;
  readonly lastAt: number;
}

const dayMs = 86_400_000;
const discardedAtOnce = 500;
/** A summary reads no more letters than this, newest first. */
export const mostSummed = 100_000;
const docId = (ws: WorkspaceId, id: string): string => `${ws}:${id}`;
/** What of a letter is gone once it is settled: who sent what. */
const contents = { payload: '', envelope: '', naming: '' } as const;

export class DeadLetterRepository {
  readonly #connection: StoreConnection;
  readonly #letters: Collection<DeadLetterDoc>;
  readonly #events: Collection<EventDoc>;
  readonly #keptMs: number;

  constructor(connection: StoreConnection) {
    this.#connection = connection;
    this.#letters = connection.db.collection<DeadLetterDoc>('deadLetters');
    this.#events = connection.db.collection<EventDoc>('events');
    this.#keptMs = connection.retention.deadLetterDays * dayMs;
  }

  /** When a letter of this instant goes by itself. */
  expireAt(at: number): Date {
    return new Date(at + this.#keptMs);
  }

  /**
   * Answers the indexes of those whose letter is there already, which stays as it is: quarantined events by their `messageId`, and
   * letters whose id was made from what was refused. `ids` are those of all, in their order.
   */
  async add(
    ws: WorkspaceId,
    letters: readonly (DeadLetter & { readonly id?: string })[],
    session?: ClientSession,
  ): Promise<{ readonly duplicateIndexes: readonly number[]; readonly ids: readonly string[] }> {
    const docs = letters.map((letter): DeadLetterDoc => {
      const id = letter.id ?? letterId(ws, letter);
      const expireAt = this.expireAt(letter.at);
      return { ...letter, _id: docId(ws, id), ws, id, state: 'open', expireAt };
    });
    const { duplicateIndexes } = await insertNew(this.#letters, docs, session);
    return { duplicateIndexes, ids: docs.map(({ _id }) => _id) };
  }

  /** The event itself is kept in the event log, state `dead`. */
  async addUnapplied(
    ws: WorkspaceId,
    { messageId, kind, name, source }: Pick<EventDoc, 'messageId' | 'kind' | 'name' | 'source'>,
    { code, at, naming }: Pick<DeadLetter, 'code' | 'at'> & Required<Pick<DeadLetter, 'naming'>>,
    session: ClientSession,
  ): Promise<void> {
    const of = { messageId, kind, source, ...(kind === 'track' && { event: name }) };
    await this.add(ws, [{ stage: 'unapplied', at, code, naming, ...of }], session);
  }

  async find(ws: WorkspaceId, id: string): Promise<DeadLetterDoc | undefined> {
    return (await this.#letters.findOne({ _id: docId(ws, id) })) ?? undefined;
  }

  /** Message ids of events that could not be applied since then, newest first, some at a time. */
  async *unappliedSince(ws: WorkspaceId, since: number): AsyncGenerator<string[], void, undefined> {
    const filter = { ws, at: { $gte: since }, stage: 'unapplied' as const };
    const found = this.#letters.find(filter, { projection: { messageId: 1 } }).batchSize(1_000);
    let messageIds: string[] = [];
    for await (const { messageId } of found) {
      if (messageId !== undefined) messageIds.push(messageId);
      if (messageIds.length < 1_000) continue;
      yield messageIds;
      messageIds = [];
    }
    if (messageIds.length > 0) yield messageIds;
  }

  /** Events of people who were erased: that there were such, and nothing that says whose. */
  async addErased(
    ws: WorkspaceId,
    events: readonly { readonly kind: string }[],
    at: number,
    session: ClientSession,
  ): Promise<void> {
    const letters = events.map(({ kind }) => ({ stage: 'unapplied' as const, at, code: erasedCode, kind }));
    await this.add(ws, letters, session);
  }

  /** Keeps that something was refused, when and why, and nothing of what it was. */
  async anonymise(letters: readonly Pick<DeadLetterDoc, '_id'>[]): Promise<void> {
    if (letters.length === 0) return;
    const $unset = { ...contents, messageId: '', message: '', path: '', event: '' } as const;
    await this.#letters.updateMany({ _id: { $in: letters.map(({ _id }) => _id) } }, { $unset });
  }

  /** Newest first, one page; `before` is the last row of the page before. */
  async page(
    ws: WorkspaceId,
    limit: number,
    before?: LetterPlace,
    filter: LetterFilter = {},
  ): Promise<DeadLetterDoc[]> {
    const query = { $and: [toQuery(ws, filter), ...(before ? [beyond('$lt', ws, before)] : [])] };
    return this.#letters.find(query).sort({ at: -1, _id: -1 }).limit(limit).toArray();
  }

  /** Oldest first, `limit` after a place: the order in which they are replayed. */
  async walk(
    ws: WorkspaceId,
    limit: number,
    after: LetterPlace | undefined,
    filter: LetterFilter,
  ): Promise<DeadLetterDoc[]> {
    const query = { $and: [toQuery(ws, filter), ...(after ? [beyond('$gt', ws, after)] : [])] };
    return this.#letters.find(query).sort({ at: 1, _id: 1 }).limit(limit).toArray();
  }

  async count(ws: WorkspaceId, filter: LetterFilter): Promise<number> {
    return this.#letters.countDocuments(toQuery(ws, filter));
  }

  /** How many of each stage, code and source, most first, of the newest `mostSummed`. */
  async summary(ws: WorkspaceId, filter: LetterFilter): Promise<LetterCount[]> {
    const rows = await this.#letters
      .aggregate<{ _id: Pick<LetterCount, 'stage' | 'code' | 'source'>; count: number; lastAt: number }>([
        { $match: toQuery(ws, filter) },
        { $sort: { at: -1 } },
        { $limit: mostSummed },
        {
          $group: {
            _id: { stage: '$stage', code: '$code', source: '$source' },
            count: { $sum: 1 },
            lastAt: { $max: '$at' },
          },
        },
      ])
      .toArray();
    return rows
      .map(({ _id, count, lastAt }) => ({ ..._id, count, lastAt }))
      .sort((one, other) => other.count - one.count || (one.code < other.code ? -1 : 1));
  }

  /** The event is in: the letter stays for the record, without its copy. */
  async markReplayed(ws: WorkspaceId, ids: readonly string[], at: number): Promise<void> {
    if (ids.length === 0) return;
    const filter = { _id: { $in: ids.map((id) => docId(ws, id)) }, state: 'open' as const };
    await this.#letters.updateMany(filter, { $set: { state: 'replayed', replayedAt: at }, $unset: contents });
  }

  async markRefused(
    ws: WorkspaceId,
    refused: readonly (readonly [id: string, code: string])[],
    at: number,
  ): Promise<void> {
    if (refused.length === 0) return;
    await this.#letters.bulkWrite(
      refused.map(([id, code]) => ({
        updateOne: { filter: { _id: docId(ws, id) }, update: { $set: { refusedAgain: { at, code } } } },
      })),
      { ordered: false },
    );
  }

  /** Open letters that fit, for good and without their copies, in this log and in the event log. Answers how many. */
  async discard(
    ws: WorkspaceId,
    filter: LetterFilter,
    discarded: NonNullable<DeadLetterDoc['discarded']>,
  ): Promise<number> {
    const open = toQuery(ws, { ...filter, state: 'open' });
    const update = { $set: { state: 'discarded', discarded }, $unset: contents } as const;
    let count = 0;
    for (;;) {
      const unapplied = await this.#letters
        .find({ $and: [open, { stage: 'unapplied' }] }, { projection: { messageId: 1 } })
        .limit(discardedAtOnce)
        .toArray();
      if (unapplied.length === 0) break;
      count += await this.#discardUnapplied(ws, unapplied, update);
    }
    const others = { $and: [open, { stage: { $ne: 'unapplied' as const } }] };
    return count + (await this.#letters.updateMany(others, update)).modifiedCount;
  }

  async #discardUnapplied(
    ws: WorkspaceId,
    letters: readonly Pick<DeadLetterDoc, '_id' | 'messageId'>[],
    update: UpdateFilter<DeadLetterDoc>,
  ): Promise<number> {
    const open = { _id: { $in: letters.map(({ _id }) => _id) }, state: 'open' as const };
    const events = letters.flatMap(({ messageId }) => (messageId === undefined ? [] : [eventDocId(ws, messageId)]));
    return inTransaction(this.#connection, async (session) => {
      const { modifiedCount } = await this.#letters.updateMany(open, update, { session });
      await this.#events.deleteMany({ _id: { $in: events }, state: 'dead' }, { session });
      return modifiedCount;
    });
  }
}

/** A sender that repeats a quarantined event leaves one letter. */
function letterId(ws: WorkspaceId, { stage, messageId }: DeadLetter): string {
  if (stage !== 'quarantined' || messageId === undefined) return `ddl_${randomUUID().replaceAll('-', '')}`;
  return `ddl_${sha256Of(`${ws}\n${messageId}`).slice(0, 32)}`;
}

function toQuery(ws: WorkspaceId, { from, to, ids, ...equal }: LetterFilter): Filter<DeadLetterDoc> {
  const wanted = Object.entries(equal)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => [name, { $eq: value }]);
  const at = { ...(from !== undefined && { $gte: from }), ...(to !== undefined && { $lt: to }) };
  return {
    ws,
    ...(Object.fromEntries(wanted) as object),
    ...(Object.keys(at).length > 0 && { at }),
    ...(ids && { _id: { $in: ids.map((id) => docId(ws, id)) } }),
  };
}

function beyond(how: '$lt' | '$gt', ws: WorkspaceId, { at, id }: LetterPlace): Filter<DeadLetterDoc> {
  return { $or: [{ at: { [how]: at } }, { at: { $eq: at }, _id: { [how]: docId(ws, id) } }] };
}

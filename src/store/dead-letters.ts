import { dayMs } from '../domain/duration';
import { randomUUID } from 'node:crypto';
import type { ClientSession, Collection } from 'mongodb';
import type { WorkspaceId } from '../domain/ids';
import { erasedCode } from '../domain/privacy/admit-after-erasure';
import type { EventDoc } from './documents';
import { omit } from '../domain/json';
import { insertNew } from './insert-new';
import { sha256Of } from './key-text';
import { nameInLetters } from './letter-of';
import { beyondPlace, letterDocId, letterQuery, type LetterFilter, type LetterPlace } from './letter-query';
import type { StoreConnection } from './open-store';

export const letterStages = ['rejected', 'quarantined', 'unapplied'] as const;
/** Open ones wait for somebody. Of those of somebody erased nothing is left that could be let in or given up. */
export const letterStates = ['open', 'replayed', 'discarded', 'erased'] as const;
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

export interface DeadLetterDoc extends DeadLetter {
  readonly _id: string;
  readonly ws: WorkspaceId;
  readonly id: string;
  readonly state: LetterState;
  readonly expireAt: Date;
  readonly replayedAt?: number;
  /** The operation that let it in; absent of letters from before it was kept. */
  readonly replayedBy?: string;
  /** What the rules said when it was last replayed in vain. */
  readonly refusedAgain?: { readonly at: number; readonly code: string };
  readonly discarded?: { readonly at: number; readonly by: string; readonly reason: string };
}

export interface LetterCount extends Pick<DeadLetterDoc, 'stage' | 'code' | 'source'> {
  readonly count: number;
  readonly lastAt: number;
}

/** A summary reads no more letters than this, newest first. */
export const mostSummed = 100_000;

export class DeadLetterRepository {
  readonly #letters: Collection<DeadLetterDoc>;
  readonly #keptMs: number;

  constructor(connection: StoreConnection) {
    this.#letters = connection.db.collection<DeadLetterDoc>('deadLetters');
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
    letters: readonly (DeadLetter & { readonly id?: string; readonly state?: LetterState })[],
    session?: ClientSession,
  ): Promise<{ readonly duplicateIndexes: readonly number[]; readonly ids: readonly string[] }> {
    const docs = letters.map((letter): DeadLetterDoc => {
      const id = letter.id ?? letterId(ws, letter);
      const expireAt = this.expireAt(letter.at);
      return { state: 'open', ...letter, _id: letterDocId(ws, id), ws, id, expireAt };
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
    const of = { messageId, kind, source, ...nameInLetters(kind, name) };
    await this.add(ws, [{ stage: 'unapplied', at, code, naming, ...of }], session);
  }

  async find(ws: WorkspaceId, id: string): Promise<DeadLetterDoc | undefined> {
    return (await this.#letters.findOne({ _id: letterDocId(ws, id) })) ?? undefined;
  }

  /** How many events of a source could not be applied since then, whatever has become of their letters; those that were let in again are not among them. */
  async countUnapplied(ws: WorkspaceId, source: string, since: number): Promise<number> {
    const filter = { ws, at: { $gte: since }, stage: 'unapplied' as const, source };
    return this.#letters.countDocuments({ ...filter, state: { $ne: 'replayed' } });
  }

  /** Events of people who were erased: that there were such, where they came from, and nothing that says whose. */
  async addErased(
    ws: WorkspaceId,
    events: readonly (Pick<EventDoc, 'kind' | 'source'> & Partial<Pick<DeadLetter, 'code'>>)[],
    at: number,
    session: ClientSession,
  ): Promise<void> {
    const erased = { stage: 'unapplied', state: 'erased', at } as const;
    await this.add(
      ws,
      events.map(({ kind, source, code = erasedCode }) => ({ ...erased, kind, source, code })),
      session,
    );
  }

  /** Newest first, one page; `before` is the last row of the page before. */
  async page(
    ws: WorkspaceId,
    limit: number,
    before?: LetterPlace,
    filter: LetterFilter = {},
  ): Promise<DeadLetterDoc[]> {
    const query = { $and: [letterQuery(ws, filter), ...(before ? [beyondPlace('$lt', ws, before)] : [])] };
    return this.#letters.find(query).sort({ at: -1, _id: -1 }).limit(limit).toArray();
  }

  /** Open letters, oldest first, and those that this operation has let in: a step that is done again sees what it saw. */
  async walkReplay(
    ws: WorkspaceId,
    limit: number,
    after: LetterPlace | undefined,
    { filter, operation }: { readonly filter: LetterFilter; readonly operation: string },
  ): Promise<DeadLetterDoc[]> {
    const ofStep = { $or: [{ state: 'open' as const }, { state: 'replayed' as const, replayedBy: operation }] };
    const beyond = after ? [beyondPlace('$gt', ws, after)] : [];
    const query = { $and: [letterQuery(ws, omit(filter, 'state')), ofStep, ...beyond] };
    return this.#letters.find(query).sort({ at: 1, _id: 1 }).limit(limit).toArray();
  }

  /** Oldest first, `limit` after a place. */
  async walk(
    ws: WorkspaceId,
    limit: number,
    after: LetterPlace | undefined,
    filter: LetterFilter,
  ): Promise<DeadLetterDoc[]> {
    const query = { $and: [letterQuery(ws, filter), ...(after ? [beyondPlace('$gt', ws, after)] : [])] };
    return this.#letters.find(query).sort({ at: 1, _id: 1 }).limit(limit).toArray();
  }

  async count(ws: WorkspaceId, filter: LetterFilter): Promise<number> {
    return this.#letters.countDocuments(letterQuery(ws, filter));
  }

  /** How many of each stage, code and source, most first, of the newest `mostSummed`. */
  async summary(ws: WorkspaceId, filter: LetterFilter): Promise<LetterCount[]> {
    const rows = await this.#letters
      .aggregate<{ _id: Pick<LetterCount, 'stage' | 'code' | 'source'>; count: number; lastAt: number }>([
        { $match: letterQuery(ws, filter) },
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
}

/** A sender that repeats a quarantined event leaves one letter. */
function letterId(ws: WorkspaceId, { stage, messageId }: DeadLetter): string {
  if (stage !== 'quarantined' || messageId === undefined) return `ddl_${randomUUID().replaceAll('-', '')}`;
  return `ddl_${sha256Of(`${ws}\n${messageId}`).slice(0, 32)}`;
}

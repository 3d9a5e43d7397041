import { randomUUID } from 'node:crypto';
import type { ClientSession, Collection } from 'mongodb';
import type { WorkspaceId } from '../domain/ids';
import type { StoreConnection } from './open-store';

/** An event that was refused at the door (`rejected`) or could not be applied (`unapplied`), with the reason. */
export interface DeadLetter {
  readonly stage: 'rejected' | 'unapplied';
  readonly at: number;
  readonly code: string;
  readonly messageId?: string;
  readonly kind?: string;
  readonly source?: string;
  /** JSON pointer into the event. */
  readonly path?: string;
  readonly message?: string;
  /** The event's JSON as received, cut to a bounded length. */
  readonly payload?: string;
}

export interface DeadLetterDoc extends DeadLetter {
  readonly _id: string;
  readonly ws: WorkspaceId;
  readonly id: string;
}

export class DeadLetterRepository {
  readonly #letters: Collection<DeadLetterDoc>;

  constructor({ db }: StoreConnection) {
    this.#letters = db.collection<DeadLetterDoc>('deadLetters');
  }

  async add(ws: WorkspaceId, letters: readonly DeadLetter[], session?: ClientSession): Promise<void> {
    if (letters.length === 0) return;
    const docs = letters.map((letter): DeadLetterDoc => {
      const id = `ddl_${randomUUID().replaceAll('-', '')}`;
      return { ...letter, _id: `${ws}:${id}`, ws, id };
    });
    await this.#letters.insertMany(docs, { ordered: false, ...(session && { session }) });
  }

  /** The event itself is kept in the event log, state `dead`. */
  async addUnapplied(
    ws: WorkspaceId,
    letter: { readonly messageId: string; readonly kind: string; readonly reason: string; readonly at: number },
    session: ClientSession,
  ): Promise<void> {
    const { messageId, kind, reason, at } = letter;
    await this.add(ws, [{ stage: 'unapplied', at, code: reason, messageId, kind }], session);
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

  /** Newest first, one page; `before` is the last row of the page before. */
  async page(
    ws: WorkspaceId,
    limit: number,
    before?: { readonly at: number; readonly id: string },
  ): Promise<DeadLetterDoc[]> {
    const older = before && {
      $or: [{ at: { $lt: before.at } }, { at: { $eq: before.at }, _id: { $lt: `${ws}:${before.id}` } }],
    };
    return this.#letters
      .find({ ws, ...older })
      .sort({ at: -1, _id: -1 })
      .limit(limit)
      .toArray();
  }
}

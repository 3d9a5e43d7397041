import { randomUUID } from 'node:crypto';
import { MongoBulkWriteError, type ClientSession, type Collection } from 'mongodb';
import type { WorkspaceId } from '../domain/ids';
import type { StoreConnection } from './open-store';

const duplicateKey = 11_000;

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

  /** Letters whose ids are made from what was refused: one that is there already stays as it is. */
  async addOnce(ws: WorkspaceId, letters: readonly (DeadLetter & { readonly id: string })[]): Promise<void> {
    if (letters.length === 0) return;
    const docs = letters.map((letter): DeadLetterDoc => ({ ...letter, _id: `${ws}:${letter.id}`, ws }));
    try {
      await this.#letters.insertMany(docs, { ordered: false });
    } catch (error) {
      const failures = error instanceof MongoBulkWriteError ? [error.writeErrors].flat() : [];
      if (failures.length === 0 || failures.some(({ code }) => code !== duplicateKey)) throw error;
    }
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

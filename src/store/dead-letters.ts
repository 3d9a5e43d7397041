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

/** A place in the order of letters. */
export interface LetterPlace {
  readonly at: number;
  readonly id: string;
}

const erasedCode = 'erased';

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

  /** Oldest first from `after` on, for walks through all of them. */
  async walk(ws: WorkspaceId, limit: number, after?: LetterPlace): Promise<DeadLetterDoc[]> {
    const newer = after && {
      $or: [{ at: { $gt: after.at } }, { at: { $eq: after.at }, _id: { $gt: `${ws}:${after.id}` } }],
    };
    return this.#letters
      .find({ ws, ...newer })
      .sort({ at: 1, _id: 1 })
      .limit(limit)
      .toArray();
  }

  /** Keeps that something was refused, when and why, and nothing of what it was. */
  async anonymise(letters: readonly Pick<DeadLetterDoc, '_id'>[]): Promise<void> {
    if (letters.length === 0) return;
    const $unset = { payload: '', messageId: '', message: '', path: '' } as const;
    await this.#letters.updateMany({ _id: { $in: letters.map(({ _id }) => _id) } }, { $unset });
  }

  /** Newest first, one page; `before` is the last row of the page before. */
  async page(ws: WorkspaceId, limit: number, before?: LetterPlace): Promise<DeadLetterDoc[]> {
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

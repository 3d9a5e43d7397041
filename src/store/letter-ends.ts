import type { ClientSession, Collection, UpdateFilter } from 'mongodb';
import type { WorkspaceId } from '../domain/ids';
import type { DeadLetterDoc } from './dead-letters';
import type { EventDoc } from './documents';
import { eventDocId } from './events';
import { letterDocId, letterQuery, type LetterFilter } from './letter-query';
import { inTransaction, type StoreConnection } from './open-store';

const discardedAtOnce = 500;
/** What of a letter is gone once it is settled: who sent what. */
const contents = { payload: '', envelope: '', naming: '' } as const;

/** How letters end: their events are let in, given up, or were of somebody erased. What is left says that there was one, and why. */
export class LetterEnds {
  readonly #connection: StoreConnection;
  readonly #letters: Collection<DeadLetterDoc>;
  readonly #events: Collection<EventDoc>;

  constructor(connection: StoreConnection) {
    this.#connection = connection;
    this.#letters = connection.db.collection<DeadLetterDoc>('deadLetters');
    this.#events = connection.db.collection<EventDoc>('events');
  }

  /** Which of these are open still, as the session sees them. */
  async openAmong(ws: WorkspaceId, ids: readonly string[], session: ClientSession): Promise<ReadonlySet<string>> {
    const filter = { _id: { $in: ids.map((id) => letterDocId(ws, id)) }, state: 'open' as const };
    const open = await this.#letters.find(filter, { projection: { id: 1 }, session }).toArray();
    return new Set(open.map(({ id }) => id));
  }

  /** Their events are in, by the same transaction: the letters stay for the record, without their copies. */
  async markReplayed(
    ws: WorkspaceId,
    ids: readonly string[],
    { at, by }: { readonly at: number; readonly by: string },
    session: ClientSession,
  ): Promise<void> {
    if (ids.length === 0) return;
    const filter = { _id: { $in: ids.map((id) => letterDocId(ws, id)) }, state: 'open' as const };
    const update = { $set: { state: 'replayed', replayedAt: at, replayedBy: by }, $unset: contents } as const;
    await this.#letters.updateMany(filter, update, { session });
  }

  async markRefused(
    ws: WorkspaceId,
    refused: readonly (readonly [id: string, code: string])[],
    at: number,
  ): Promise<void> {
    if (refused.length === 0) return;
    await this.#letters.bulkWrite(
      refused.map(([id, code]) => ({
        updateOne: {
          filter: { _id: letterDocId(ws, id), state: 'open' },
          update: { $set: { refusedAgain: { at, code } } },
        },
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
    const open = letterQuery(ws, { ...filter, state: 'open' });
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

  /** Of somebody erased: keeps that something was refused, when and why, and nothing of what it was. There is nothing left to be done with it. */
  async anonymise(letters: readonly Pick<DeadLetterDoc, '_id'>[]): Promise<void> {
    if (letters.length === 0) return;
    const $unset = { ...contents, messageId: '', message: '', path: '', event: '' } as const;
    const filter = { _id: { $in: letters.map(({ _id }) => _id) } };
    await this.#letters.updateMany(filter, { $set: { state: 'erased' }, $unset });
  }
}

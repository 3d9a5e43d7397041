import { randomUUID } from 'node:crypto';
import type { ClientSession, Collection } from 'mongodb';
import type { WorkspaceId } from '../domain/ids';
import type { OutboxWork } from '../domain/profiles/change-set';
import type { OutboxDoc } from './documents';
import type { StoreConnection } from './open-store';

const firstDelayMs = 5_000;
const longestDelayMs = 10 * 60_000;

/** What a commit still owes the outside world. Rows are carried out after the commit, deleted when done, swept when stale. */
export class OutboxRepository {
  readonly #outbox: Collection<OutboxDoc>;

  constructor({ db }: StoreConnection) {
    this.#outbox = db.collection<OutboxDoc>('outbox');
  }

  async add(ws: WorkspaceId, work: readonly OutboxWork[], now: number, session: ClientSession): Promise<OutboxDoc[]> {
    if (work.length === 0) return [];
    const docs = work.map((item): OutboxDoc => ({
      _id: `${ws}:${randomUUID()}`,
      ws,
      work: item,
      createdAt: now,
      nextAt: now + firstDelayMs,
      tries: 0,
    }));
    await this.#outbox.insertMany(docs, { session });
    return docs;
  }

  async done(rows: readonly OutboxDoc[]): Promise<void> {
    if (rows.length > 0) await this.#outbox.deleteMany({ _id: { $in: rows.map((row) => row._id) } });
  }

  /** Stale rows, each pushed first so that a sweeper that dies in the middle does not block them, and two do not race. */
  async takeStale(now: number, limit: number): Promise<OutboxDoc[]> {
    const rows = await this.#outbox
      .find({ nextAt: { $lte: now } })
      .sort({ nextAt: 1 })
      .limit(limit)
      .toArray();
    const taken: OutboxDoc[] = [];
    for (const row of rows) {
      const nextAt = now + Math.min(firstDelayMs * 2 ** (row.tries + 1), longestDelayMs);
      const pushed = await this.#outbox.updateOne(
        { _id: row._id, nextAt: row.nextAt },
        { $set: { nextAt }, $inc: { tries: 1 } },
      );
      if (pushed.modifiedCount === 1) taken.push(row);
    }
    return taken;
  }

  async depth(): Promise<number> {
    return this.#outbox.countDocuments();
  }
}

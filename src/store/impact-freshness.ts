import type { Collection } from 'mongodb';
import type { WorkspaceId } from '../domain/ids';
import type { EventDoc } from './documents';
import type { EnrollmentDoc } from './enrollments';
import { answerWithinMs } from './impact-limits';
import type { StoreConnection } from './open-store';
import { runsAsked, type RunsAsked } from './runs-filter';

const countedAtMost = 100_000;

/** What waits to be applied; `oldestReceivedAt` is absent while nothing does. */
export interface Pending {
  readonly events: number;
  readonly oldestReceivedAt?: number;
}

/** How far behind things are. */
export class ImpactFreshnessRepository {
  readonly #events: Collection<EventDoc>;
  readonly #enrollments: Collection<EnrollmentDoc>;

  constructor({ db }: StoreConnection) {
    this.#events = db.collection<EventDoc>('events');
    this.#enrollments = db.collection<EnrollmentDoc>('enrollments');
  }

  /** Pending events of a workspace, or of all; counted up to 100,000. */
  async pending(ws?: WorkspaceId): Promise<Pending> {
    const match = ws === undefined ? { $gt: '' } : { $gte: `${ws}/`, $lt: `${ws}0` };
    const [row] = await this.#events
      .aggregate<{ count: number; oldest: number }>(
        [
          { $match: { pending: match } },
          { $limit: countedAtMost },
          { $group: { _id: null, count: { $sum: 1 }, oldest: { $min: '$receivedAt' } } },
        ],
        { maxTimeMS: answerWithinMs },
      )
      .toArray();
    return row === undefined ? { events: 0 } : { events: row.count, oldestReceivedAt: row.oldest };
  }

  /** Runs that should have moved on by `dueBefore`; counted up to 100,000. */
  async overdueRuns(dueBefore: number): Promise<number> {
    const bounded = { limit: countedAtMost, maxTimeMS: answerWithinMs };
    return this.#enrollments.countDocuments({ dueAt: { $lte: dueBefore } }, bounded);
  }

  /** Those who are inside and should have gone on before an instant, by where they are. */
  async stuck(ws: WorkspaceId, journey: string, asked: RunsAsked, dueBefore: number): Promise<Map<string, number>> {
    const groups = await this.#enrollments
      .aggregate<{ _id: string; count: number }>(
        [
          { $match: { ...runsAsked(ws, journey, asked), endedAt: { $exists: false }, dueAt: { $lt: dueBefore } } },
          { $group: { _id: '$step', count: { $sum: 1 } } },
        ],
        { maxTimeMS: answerWithinMs, hint: 'dueAt' },
      )
      .toArray();
    return new Map(groups.map(({ _id, count }) => [_id, count]));
  }
}

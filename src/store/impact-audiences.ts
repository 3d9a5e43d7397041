import type { Collection } from 'mongodb';
import { dayMs } from '../domain/duration';
import type { DayCount } from '../domain/impact/audience-days';
import type { WorkspaceId } from '../domain/ids';
import type { MembershipDoc } from './documents';
import { answerWithinMs } from './impact-limits';
import type { StoreConnection } from './open-store';

type Edge = 'enteredAt' | 'exitedAt';

/** Memberships and their edges, added up in the database. */
export class ImpactAudienceRepository {
  readonly #memberships: Collection<MembershipDoc>;

  constructor({ db }: StoreConnection) {
    this.#memberships = db.collection<MembershipDoc>('memberships');
  }

  /** Present members of every audience of the workspace. */
  async sizes(ws: WorkspaceId): Promise<ReadonlyMap<string, number>> {
    const groups = await this.#memberships
      .aggregate<{ _id: string; count: number }>(
        [
          { $match: { memberOf: { $gte: `${ws}:`, $lt: `${ws};` } } },
          { $group: { _id: '$audience', count: { $sum: 1 } } },
        ],
        { maxTimeMS: answerWithinMs },
      )
      .toArray();
    return new Map(groups.map(({ _id, count }) => [_id, count]));
  }

  /** Edges since `from` by UTC day. */
  async edgesByDay(
    ws: WorkspaceId,
    audience: string,
    from: number,
  ): Promise<{ readonly entered: DayCount[]; readonly exited: DayCount[] }> {
    const [entered, exited] = await Promise.all([
      this.#byDay(ws, audience, 'enteredAt', from),
      this.#byDay(ws, audience, 'exitedAt', from),
    ]);
    return { entered, exited };
  }

  async edges(ws: WorkspaceId, audience: string, from: number): Promise<{ entered: number; exited: number }> {
    const scope = { ws, audience: { $eq: audience } };
    const options = { maxTimeMS: answerWithinMs };
    const [entered, exited] = await Promise.all([
      this.#memberships.countDocuments({ ...scope, enteredAt: { $gte: from } }, options),
      this.#memberships.countDocuments({ ...scope, exitedAt: { $gte: from } }, options),
    ]);
    return { entered, exited };
  }

  async #byDay(ws: WorkspaceId, audience: string, edge: Edge, from: number): Promise<DayCount[]> {
    const groups = await this.#memberships
      .aggregate<{ _id: number; count: number }>(
        [
          { $match: { ws, audience: { $eq: audience }, [edge]: { $gte: from } } },
          { $group: { _id: { $floor: { $divide: [`$${edge}`, dayMs] } }, count: { $sum: 1 } } },
        ],
        { maxTimeMS: answerWithinMs },
      )
      .toArray();
    return groups.map(({ _id, count }) => ({ day: _id, count }));
  }
}

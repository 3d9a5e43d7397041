import type { Collection, Document } from 'mongodb';
import type { StateCount } from '../domain/impact/states';
import type { DeliveryStatus } from '../domain/delivery/delivery';
import type { SyncCount } from '../domain/impact/conservation';
import type { WorkspaceId } from '../domain/ids';
import type { DeliveryDoc } from './deliveries';
import type { AttachmentDoc } from './documents';
import { answerWithinMs, sampleSize } from './impact-limits';
import type { StoreConnection } from './open-store';
import { pairKey } from './sync-members';

/** Deliveries of one destination and kind in one state for one reason. */
export interface LedgerRow extends StateCount {
  readonly kind: DeliveryDoc['kind'];
  readonly destination: string;
  /** Of sends that another destination had not taken: a visit has one of its first, and any number of these. */
  readonly isFallback?: true;
}

/** Delivered, refused or given up: what the destination, or its silence, decided. */
const answered: readonly DeliveryStatus[] = ['delivered', 'rejected', 'dead', 'unknown'];

/** What the ledger and the syncs say, added up in the database. Instants are epoch milliseconds. */
export class ImpactDeliveryRepository {
  readonly #deliveries: Collection<DeliveryDoc>;
  readonly #attachments: Collection<AttachmentDoc>;
  readonly #units: Collection<Document>;

  constructor({ db }: StoreConnection) {
    this.#deliveries = db.collection<DeliveryDoc>('deliveries');
    this.#attachments = db.collection<AttachmentDoc>('attachments');
    this.#units = db.collection('syncUnits');
  }

  /**
   * Deliveries since `from` by destination, kind, state and reason. A journey send counts from the instant its step was reached, so
   * that it falls into the same window as the visit that emitted it.
   */
  async states(
    ws: WorkspaceId,
    from: number,
    of: { readonly destination?: string; readonly journey?: string } = {},
  ): Promise<LedgerRow[]> {
    const groups = await this.#deliveries
      .aggregate<{ _id: Omit<LedgerRow, 'count' | 'isFallback'> & { isFallback: boolean }; count: number }>(
        [
          {
            $match: {
              ws,
              ...of,
              isTest: { $ne: true },
              createdAt: { $gte: from },
              $or: [{ kind: 'audience' }, { causedAt: { $gte: from } }],
            },
          },
          {
            $group: {
              _id: {
                ...{ destination: '$destination', kind: '$kind', status: '$status', reason: '$reason' },
                isFallback: { $gt: ['$fallback', 0] },
              },
              count: { $sum: 1 },
            },
          },
        ],
        { maxTimeMS: answerWithinMs },
      )
      .toArray();
    return groups.map(({ _id, count }) => {
      const { destination, kind, status, reason, isFallback } = _id;
      const optional = { ...(typeof reason === 'string' && { reason }), ...(isFallback && { isFallback }) };
      return { destination, kind, status, count, ...optional };
    });
  }

  /** When the newest deliveries that a destination answered were caused and settled; at most `sampleSize`. */
  async settled(
    ws: WorkspaceId,
    destination: string,
    from: number,
  ): Promise<{ causedAt: number; settledAt: number }[]> {
    const rows = await this.#deliveries
      .find(
        {
          ws,
          destination: { $eq: destination },
          isTest: { $ne: true },
          createdAt: { $gte: from },
          status: { $in: [...answered] },
        },
        { projection: { causedAt: 1, settledAt: 1 }, maxTimeMS: answerWithinMs },
      )
      .sort({ createdAt: -1 })
      .limit(sampleSize)
      .toArray();
    return rows.flatMap(({ causedAt, settledAt }) => (settledAt === undefined ? [] : [{ causedAt, settledAt }]));
  }

  /** What the syncs of each destination have begun, of attached and detached audiences alike. */
  async syncs(ws: WorkspaceId, destination?: string): Promise<ReadonlyMap<string, SyncCount>> {
    const filter = { ws, ...(destination !== undefined && { destination: { $eq: destination } }) };
    const pairs = await this.#attachments
      .find(filter, { projection: { audience: 1, destination: 1 }, maxTimeMS: answerWithinMs })
      .toArray();
    const totals = new Map<string, SyncCount>();
    for (const pair of pairs) {
      const known = totals.get(pair.destination) ?? { begun: 0, rows: 0, changing: 0 };
      const { begun, rows, changing } = await this.#syncOf(ws, pair);
      const total = { begun: known.begun + begun, rows: known.rows + rows, changing: known.changing + changing };
      totals.set(pair.destination, total);
    }
    return totals;
  }

  async #syncOf(ws: WorkspaceId, { audience, destination }: AttachmentDoc): Promise<SyncCount> {
    const pair = pairKey(ws, audience, destination);
    const isChanging = { $cond: [{ $eq: ['$state', 'changing'] }, 1, 0] };
    const counted = { _id: null, begun: { $sum: '$emitted' }, changing: { $sum: isChanging } };
    const [units] = await this.#units
      .aggregate<{ begun: number; changing: number }>([{ $match: { pair } }, { $group: counted }], {
        maxTimeMS: answerWithinMs,
      })
      .toArray();
    // The idempotency keys of a pair begin alike, and `_id` with the workspace: one range of the primary index.
    const rows = await this.#deliveries.countDocuments(
      { _id: { $gte: `${pair}:`, $lt: `${pair};` } },
      { maxTimeMS: answerWithinMs },
    );
    return { begun: units?.begun ?? 0, changing: units?.changing ?? 0, rows };
  }
}

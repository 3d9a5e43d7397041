import type { ClientSession, Collection } from 'mongodb';
import type { WorkspaceId } from '../domain/ids';
import type { TrackingPlan } from '../domain/tracking-plan/plan.schema';
import type { StoreConnection } from './open-store';

/** What sources of a workspace may send. Sources name it by `key`. */
export interface TrackingPlanDoc {
  readonly _id: string;
  readonly ws: WorkspaceId;
  readonly key: string;
  readonly name: string;
  readonly isDefault: boolean;
  /** A parsed `TrackingPlan`, stored as JSON text because property names in it are users' data. */
  readonly planJson: string;
  readonly version: number;
  readonly createdAt: number;
  readonly updatedAt: number;
  readonly deletedAt?: number;
}

const docId = (ws: WorkspaceId, key: string): string => `${ws}:${key}`;

export class TrackingPlanRepository {
  readonly #plans: Collection<TrackingPlanDoc>;

  constructor({ db }: StoreConnection) {
    this.#plans = db.collection<TrackingPlanDoc>('trackingPlans');
  }

  async list(ws: WorkspaceId): Promise<TrackingPlanDoc[]> {
    return this.#plans
      .find({ ws, deletedAt: { $exists: false } })
      .sort({ key: 1 })
      .toArray();
  }

  async find(ws: WorkspaceId, key: string, session?: ClientSession): Promise<TrackingPlanDoc | undefined> {
    const found = await this.#findEver(ws, key, session);
    return found?.deletedAt === undefined ? found : undefined;
  }

  /** The plan that holds for sources without one of their own. */
  async findDefault(ws: WorkspaceId, session?: ClientSession): Promise<TrackingPlanDoc | undefined> {
    const filter = { ws, isDefault: true, deletedAt: { $exists: false } };
    return (await this.#plans.findOne(filter, { ...(session && { session }) })) ?? undefined;
  }

  /** Writes the next version. */
  async save(
    ws: WorkspaceId,
    key: string,
    plan: TrackingPlan,
    now: number,
    session: ClientSession,
  ): Promise<TrackingPlanDoc> {
    const before = await this.#findEver(ws, key, session);
    const createdAt = before?.deletedAt === undefined ? (before?.createdAt ?? now) : now;
    const doc: TrackingPlanDoc = {
      ...{ _id: docId(ws, key), ws, key, name: plan.name, isDefault: plan.isDefault },
      ...{ planJson: JSON.stringify(plan), version: (before?.version ?? 0) + 1, createdAt, updatedAt: now },
    };
    await this.#plans.replaceOne({ _id: doc._id }, doc, { session, upsert: true });
    return doc;
  }

  async delete(ws: WorkspaceId, key: string, now: number, session: ClientSession): Promise<void> {
    const set = { deletedAt: now, updatedAt: now };
    await this.#plans.updateOne({ _id: docId(ws, key) }, { $set: set, $inc: { version: 1 } }, { session });
  }

  async #findEver(ws: WorkspaceId, key: string, session?: ClientSession): Promise<TrackingPlanDoc | undefined> {
    return (await this.#plans.findOne({ _id: docId(ws, key) }, { ...(session && { session }) })) ?? undefined;
  }
}

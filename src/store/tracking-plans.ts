import type { ClientSession } from 'mongodb';
import type { WorkspaceId } from '../domain/ids';
import type { TrackingPlan } from '../domain/tracking-plan/plan.schema';
import { DefinitionRepository, type DefinitionDoc } from './definitions';
import type { StoreConnection } from './open-store';

/** What sources of a workspace may send. Sources name it by `key`. */
export interface TrackingPlanDoc extends DefinitionDoc {
  readonly name: string;
  readonly isDefault: boolean;
  /** A parsed `TrackingPlan`, stored as JSON text because property names in it are users' data. */
  readonly planJson: string;
}

export class TrackingPlanRepository extends DefinitionRepository<TrackingPlanDoc> {
  constructor({ db }: StoreConnection) {
    super(db.collection<TrackingPlanDoc>('trackingPlans'));
  }

  /** The plan that holds for sources without one of their own. */
  async findDefault(ws: WorkspaceId, session?: ClientSession): Promise<TrackingPlanDoc | undefined> {
    const filter = { ws, isDefault: true, deletedAt: { $exists: false } };
    return (await this.collection.findOne(filter, { ...(session && { session }) })) ?? undefined;
  }

  /** Writes the next version. */
  async save(
    ws: WorkspaceId,
    key: string,
    plan: TrackingPlan,
    now: number,
    session: ClientSession,
  ): Promise<TrackingPlanDoc> {
    const { name, isDefault } = plan;
    return this.write(ws, key, () => ({ name, isDefault, planJson: JSON.stringify(plan) }), now, session);
  }
}

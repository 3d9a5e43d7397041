import type { TrackingPlan, TrackingPlanInput } from '../domain/tracking-plan/plan.schema';

export type TrackingPlanDefinition = TrackingPlanInput;
export type DraftTrackingPlan = Omit<TrackingPlan, 'key'>;
export interface StoredTrackingPlan extends DraftTrackingPlan {
  readonly key: string;
  readonly version: number;
  readonly createdAt: string;
  readonly updatedAt: string;
}
/** What the door would do with one event. */
export interface PlanCheck {
  readonly index: number;
  readonly verdict: 'accepted' | 'flagged' | 'quarantined' | 'rejected';
  readonly violations: readonly {
    readonly code: string;
    readonly path: string;
    readonly message: string;
    readonly action: 'flag' | 'quarantine' | 'reject';
  }[];
}

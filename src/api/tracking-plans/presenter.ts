import { z } from 'zod';
import { TrackingPlan } from '../../domain/tracking-plan/plan.schema';
import type { TrackingPlanDoc } from '../../store/tracking-plans';
import { Instant, presentInstant } from '../instant';

export const PlanBody = TrackingPlan.extend({
  key: z.string(),
  version: z.int(),
  createdAt: Instant,
  updatedAt: Instant,
});
/** A plan nobody has saved. */
export const DraftPlanBody = TrackingPlan.omit({ key: true });

export const CheckBody = z.strictObject({
  data: z.array(
    z.strictObject({
      index: z.int(),
      /** What the door would do with it. `rejected` may also be for a fault that no plan is needed for. */
      verdict: z.enum(['accepted', 'flagged', 'quarantined', 'rejected']),
      violations: z.array(
        z.strictObject({
          code: z.string(),
          path: z.string(),
          message: z.string(),
          action: z.enum(['flag', 'quarantine', 'reject']),
        }),
      ),
    }),
  ),
});

export function presentPlan({ key, planJson, version, createdAt, updatedAt }: TrackingPlanDoc) {
  const plan = JSON.parse(planJson) as TrackingPlan;
  return { ...plan, key, version, createdAt: presentInstant(createdAt), updatedAt: presentInstant(updatedAt) };
}

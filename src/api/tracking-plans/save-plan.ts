import type { ClientSession } from 'mongodb';
import type { TrackingPlan } from '../../domain/tracking-plan/plan.schema';
import type { TrackingPlanDoc } from '../../store/tracking-plans';
import { checkPreconditions } from '../etag';
import { conflict, notFound } from '../problem';
import type { KeyCall } from '../route';
import { transact } from '../transact';

/** Throws 400, 409 where another plan is the default, and 412. */
export async function savePlan(
  call: KeyCall,
  { key, ...plan }: TrackingPlan & { readonly key: string },
): Promise<TrackingPlanDoc> {
  const { deps, ws, now } = call;
  return transact(deps, async (session) => {
    checkPreconditions(call, (await deps.store.trackingPlans.find(ws, key, session))?.version);
    if (plan.isDefault) await refuseSecondDefault(call, key, session);
    return deps.store.trackingPlans.save(ws, key, plan, now, session);
  });
}

async function refuseSecondDefault({ deps, ws }: KeyCall, key: string, session: ClientSession): Promise<void> {
  const present = await deps.store.trackingPlans.findDefault(ws, session);
  if (present && present.key !== key)
    throw conflict(`Tracking plan "${present.key}" is the default already; take that from it first.`);
}

/** Throws 404, 409 while sources name it, and 412. */
export async function deletePlan(call: KeyCall, key: string): Promise<void> {
  const { deps, ws, now } = call;
  await transact(deps, async (session) => {
    const before = await deps.store.trackingPlans.find(ws, key, session);
    if (!before) throw notFound(`tracking plan "${key}"`);
    checkPreconditions(call, before.version);
    const sources = (await deps.store.sources.list(ws)).filter(({ trackingPlan }) => trackingPlan === key);
    if (sources.length > 0)
      throw conflict(`Sources name it: ${sources.map((source) => source.key).join(', ')}; save them without it first.`);
    await deps.store.trackingPlans.delete(ws, key, now, session);
  });
}

import { eachOf, type Page, type PageQuery } from './pages';
import type { DraftTrackingPlan, PlanCheck, StoredTrackingPlan, TrackingPlanDefinition } from './tracking-plan-types';
import { path, type Transport } from './transport';

/** What sources may send, and what becomes of an event that is otherwise. */
export function trackingPlansOf({ call }: Transport) {
  const list = (query: PageQuery = {}) =>
    call<Page<StoredTrackingPlan>>({ method: 'GET', path: '/v1/tracking-plans', query: { ...query } });
  return {
    list,
    each: (query: PageQuery = {}) => eachOf(list, query),
    get: (key: string) => call<StoredTrackingPlan>({ method: 'GET', path: path`/v1/tracking-plans/${key}` }),
    put: (key: string, plan: TrackingPlanDefinition) =>
      call<StoredTrackingPlan>({ method: 'PUT', path: path`/v1/tracking-plans/${key}`, body: plan }),
    delete: (key: string) => call<void>({ method: 'DELETE', path: path`/v1/tracking-plans/${key}` }),
    /** What the door would do with events; by the saved plan, or by the one given. */
    check: (key: string, body: { readonly events: readonly unknown[]; readonly plan?: TrackingPlanDefinition }) =>
      call<Page<PlanCheck>>({ method: 'POST', path: path`/v1/tracking-plans/${key}/check`, body, isRepeatable: true }),
    /** A draft from what the catalogue has learned; saves nothing. */
    learn: (key: string, body: { readonly source?: string } = {}) =>
      call<DraftTrackingPlan>({
        method: 'POST',
        path: path`/v1/tracking-plans/${key}/learn`,
        body,
        isRepeatable: true,
      }),
  };
}

import { z } from 'zod';
import { DefinitionKey } from '../../domain/definition-fields.schema';
import { TrackingPlan } from '../../domain/tracking-plan/plan.schema';
import type { TrackingPlanDoc } from '../../store/tracking-plans';
import { etagOf } from '../etag';
import { PageQuery, pageOf, readPage, toPageOfAll } from '../page';
import { invalidRequest, notFound } from '../problem';
import { defineRoute, type KeyCall, type Route } from '../route';
import { checkEvents } from './check-events';
import { learnPlan } from './learn-plan';
import { CheckBody, DraftPlanBody, PlanBody, presentPlan } from './presenter';
import { deletePlan, savePlan } from './save-plan';

const Key = z.strictObject({ key: DefinitionKey });
const mostChecked = 1_000;

export const trackingPlanRoutes: readonly Route[] = [
  defineRoute({
    method: 'get',
    path: '/v1/tracking-plans',
    scope: 'sources:read',
    summary: 'What sources may send',
    query: PageQuery,
    responses: { 200: pageOf(PlanBody) },
    handle: async (call) =>
      toPageOfAll(call, readPage(call), await call.deps.store.trackingPlans.list(call.ws), presentPlan),
  }),
  defineRoute({
    method: 'get',
    path: '/v1/tracking-plans/{key}',
    scope: 'sources:read',
    summary: 'One plan',
    params: Key,
    responses: { 200: PlanBody },
    handle: async (call) => answer(await findPlan(call)),
  }),
  defineRoute({
    method: 'put',
    path: '/v1/tracking-plans/{key}',
    scope: 'sources:write',
    summary: 'Save a plan; the door judges by it within five seconds',
    params: Key,
    body: TrackingPlan,
    responses: { 200: PlanBody },
    handle: async (call) => answer(await savePlan(call, call.params.key, call.body)),
  }),
  defineRoute({
    method: 'delete',
    path: '/v1/tracking-plans/{key}',
    scope: 'sources:write',
    summary: 'Delete a plan that no source names',
    params: Key,
    responses: { 204: z.undefined() },
    handle: async (call) => {
      await deletePlan(call, call.params.key);
      return { status: 204, body: undefined };
    },
  }),
  defineRoute({
    method: 'post',
    path: '/v1/tracking-plans/{key}/check',
    scope: 'sources:read',
    summary: 'What the door would do with these events; by the saved plan, or by the one sent along. Stores nothing',
    params: Key,
    body: z.strictObject({ events: z.array(z.unknown()).min(1).max(mostChecked), plan: TrackingPlan.optional() }),
    responses: { 200: CheckBody },
    handle: async (call) => {
      const { events, plan } = call.body;
      const judgedBy = plan ?? (JSON.parse((await findPlan(call)).planJson) as TrackingPlan);
      return { status: 200, body: { data: checkEvents(call, judgedBy, events) } };
    },
  }),
  defineRoute({
    method: 'post',
    path: '/v1/tracking-plans/{key}/learn',
    scope: 'sources:read',
    summary: 'A draft of a plan from what the catalogue has learned; saves nothing',
    params: Key,
    body: z.strictObject({ source: DefinitionKey.optional() }),
    responses: { 200: DraftPlanBody },
    handle: async (call) => {
      const { source } = call.body;
      if (source !== undefined && !(await call.deps.store.sources.find(call.ws, source))) {
        const message = `There is no source "${source}".`;
        throw invalidRequest(message, [{ in: 'body', pointer: '/source', message }]);
      }
      return { status: 200, body: await learnPlan(call, call.params.key, source) };
    },
  }),
];

async function findPlan({ deps, ws, params }: KeyCall<{ key: string }>): Promise<TrackingPlanDoc> {
  const plan = await deps.store.trackingPlans.find(ws, params.key);
  if (!plan) throw notFound(`tracking plan "${params.key}"`);
  return plan;
}

function answer(plan: TrackingPlanDoc) {
  return { status: 200 as const, body: presentPlan(plan), headers: { ETag: etagOf(plan.version) } };
}

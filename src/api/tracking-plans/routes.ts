import { z } from 'zod';
import { DefinitionKey } from '../../domain/definition-fields.schema';
import { TrackingPlan } from '../../domain/tracking-plan/plan.schema';
import { definitionRoutes } from '../definition-routes';
import { invalidRequest } from '../problem';
import { defineRoute, type Route } from '../route';
import { checkEvents } from './check-events';
import { learnPlan } from './learn-plan';
import { CheckBody, DraftPlanBody, PlanBody, presentPlan } from './presenter';
import { deletePlan, savePlan } from './save-plan';

const Key = z.strictObject({ key: DefinitionKey });
const mostChecked = 1_000;

const plans = definitionRoutes({
  ...{ path: '/v1/tracking-plans', scope: 'sources', noun: 'tracking plan', key: DefinitionKey },
  summaries: {
    list: 'What sources may send',
    get: 'One plan',
    put: 'Save a plan; the door judges by it within five seconds',
    delete: 'Delete a plan that no source names',
  },
  input: TrackingPlan,
  body: PlanBody,
  in: (store) => store.trackingPlans,
  present: (found) => found.map(presentPlan),
  save: savePlan,
  delete: deletePlan,
});

export const trackingPlanRoutes: readonly Route[] = [
  ...plans.routes,
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
      const judgedBy = plan ?? (JSON.parse((await plans.find(call)).planJson) as TrackingPlan);
      return { status: 200, body: { data: await checkEvents(call, judgedBy, events) } };
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

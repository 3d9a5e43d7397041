import { parseDuration } from '../../domain/duration';
import { findJourney } from '../journeys/find-journey';
import { notFound } from '../problem';
import { defineRoute, type KeyCall } from '../route';
import { overviewReport } from './overview';
import { audienceReport, destinationReport, journeyReport, type Asked } from './reports';
import {
  AudienceImpact,
  DestinationImpact,
  ImpactOverview,
  JourneyImpact,
  JourneyQuery,
  KeyParams,
  WindowQuery,
} from './schemas';
import { withinTime } from './within-time';

type Question = KeyCall<{ readonly key: string }, { readonly window: string }>;

const ask = ({ ws, params, query, now }: Question): Asked => ({
  ws,
  key: params.key,
  from: now - parseDuration(query.window),
  now,
});

export const impactRoutes = [
  defineRoute({
    method: 'get',
    path: '/v1/impact',
    scope: 'impact:read',
    summary: 'One row per destination, journey and audience; whether deliveries add up; how far behind events are',
    query: WindowQuery,
    responses: { 200: ImpactOverview },
    handle: async ({ deps, ws, query, now }) => {
      const from = now - parseDuration(query.window);
      return { status: 200, body: await withinTime(overviewReport(deps.store, ws, { from, now })) };
    },
  }),
  defineRoute({
    method: 'get',
    path: '/v1/impact/destinations/{key}',
    scope: 'impact:read',
    summary: 'Deliveries to a destination by state and reason, their latency, and whether they add up',
    params: KeyParams,
    query: WindowQuery,
    responses: { 200: DestinationImpact },
    handle: async (call) => {
      const { deps, ws, params } = call;
      if (!(await deps.store.destinations.find(ws, params.key))) throw notFound(`destination "${params.key}"`);
      return { status: 200, body: await withinTime(destinationReport(deps.store, ask(call))) };
    },
  }),
  defineRoute({
    method: 'get',
    path: '/v1/impact/journeys/{key}',
    scope: 'impact:read',
    summary: 'Who entered a journey and how it ended, step by step, with goals and deliveries',
    params: KeyParams,
    query: JourneyQuery,
    responses: { 200: JourneyImpact },
    handle: async (call) => {
      const { deps, query } = call;
      await findJourney(call);
      return {
        status: 200,
        body: await withinTime(
          journeyReport(deps.store, { ...ask(call), version: query.version, variant: query.variant }),
        ),
      };
    },
  }),
  defineRoute({
    method: 'get',
    path: '/v1/impact/audiences/{key}',
    scope: 'impact:read',
    summary:
      'Size of an audience now and at the end of each day, who entered and exited, and what its destinations should hold',
    params: KeyParams,
    query: WindowQuery,
    responses: { 200: AudienceImpact },
    handle: async (call) => {
      const { deps, ws, params } = call;
      if (!(await deps.store.audiences.find(ws, params.key))) throw notFound(`audience "${params.key}"`);
      return { status: 200, body: await withinTime(audienceReport(deps.store, ask(call))) };
    },
  }),
];

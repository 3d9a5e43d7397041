import { z } from 'zod';
import { nextFires } from '../../domain/cron';
import { parseDuration } from '../../domain/duration';
import { JourneyDefinition } from '../../domain/journeys/journey.schema';
import type { Enrollment } from '../../domain/journeys/enrollment';
import type { JourneyDoc } from '../../store/journeys';
import { EnrollmentBody, presentEnrollment } from '../enrollments/presenter';
import { underItsKey } from '../definition-routes';
import { etagOf } from '../etag';
import { presentInstant } from '../instant';
import { toInstantPage } from '../instant-page';
import { funnelReport } from '../impact/reports';
import { FunnelQuery, JourneyFunnel } from '../impact/schemas';
import { withinTime } from '../impact/within-time';
import { DefinitionKey } from '../../domain/definition-fields.schema';
import { PageQuery, pageOf, readPage, toPageOfAll } from '../page';
import { defineRoute, type KeyCall, type Route } from '../route';
import { findJourney } from './find-journey';
import { ExperimentBody, experimentReport } from './experiment-report';
import { lintDraft } from './lint-draft';
import {
  DraftBody,
  JourneyBody,
  ShownBody,
  VersionBody,
  draftOf,
  presentDraft,
  presentJourney,
  presentVersion,
} from './presenter';
import { discardDraft, saveDraft } from './save-journey';

const Key = z.strictObject({ key: DefinitionKey });
export const journeyRoutes: readonly Route[] = [
  defineRoute({
    method: 'get',
    path: '/v1/journeys',
    scope: 'journeys:read',
    summary: 'Journeys with their drafts',
    query: PageQuery,
    responses: { 200: pageOf(JourneyBody) },
    handle: async (call) =>
      toPageOfAll(call, readPage(call), await call.deps.store.journeys.list(call.ws), presentJourney),
  }),
  defineRoute({
    method: 'get',
    path: '/v1/journeys/{key}',
    scope: 'journeys:read',
    summary: 'One journey',
    params: Key,
    responses: { 200: ShownBody },
    handle: async (call) => {
      const { body, ...rest } = answer(await findJourney(call));
      return { ...rest, body: { ...body, ...(await nextEntries(call)) } };
    },
  }),
  defineRoute({
    method: 'put',
    path: '/v1/journeys/{key}',
    scope: 'journeys:write',
    summary: 'Save the draft, and hear what the linter says of it',
    params: Key,
    body: JourneyDefinition.partial({ key: true }),
    responses: { 200: DraftBody },
    handle: async (call) => {
      const definition = underItsKey(call);
      const journey = await saveDraft(call, definition);
      const findings = await lintDraft(call.deps.store, call.ws, definition, call.now);
      return { status: 200, body: presentDraft(journey, findings), headers: { ETag: etagOf(journey.rev) } };
    },
  }),
  defineRoute({
    method: 'delete',
    path: '/v1/journeys/{key}',
    scope: 'journeys:write',
    summary: 'Discard the draft; a journey that was never published is gone with it',
    params: Key,
    responses: { 204: z.undefined() },
    handle: async (call) => {
      await discardDraft(call, call.params.key);
      return { status: 204, body: undefined };
    },
  }),
  defineRoute({
    method: 'post',
    path: '/v1/journeys/{key}/lint',
    isIdempotent: true,
    scope: 'journeys:read',
    summary: 'What the linter says of the draft',
    params: Key,
    responses: { 200: DraftBody },
    handle: async (call) => {
      const journey = await findJourney(call);
      const draft = draftOf(journey);
      const findings = draft ? await lintDraft(call.deps.store, call.ws, draft, call.now) : [];
      return { status: 200, body: presentDraft(journey, findings) };
    },
  }),
  defineRoute({
    method: 'get',
    path: '/v1/journeys/{key}/versions',
    scope: 'journeys:read',
    summary: 'Published versions, newest first',
    params: Key,
    query: PageQuery,
    responses: { 200: pageOf(VersionBody) },
    handle: async (call) => {
      const { key } = await findJourney(call);
      return toPageOfAll(call, readPage(call), await call.deps.store.journeys.versions(call.ws, key), presentVersion);
    },
  }),
  defineRoute({
    method: 'get',
    path: '/v1/journeys/{key}/enrollments',
    scope: 'journeys:read',
    summary: 'Runs, newest first',
    params: Key,
    query: PageQuery,
    responses: { 200: pageOf(EnrollmentBody) },
    handle: async (call) => {
      const { key } = await findJourney(call);
      return toInstantPage(
        call,
        (run: Enrollment) => run.enteredAt,
        (...range) => call.deps.store.enrollments.ofJourney(call.ws, key, ...range),
        (run) => presentEnrollment(run, call.deps),
      );
    },
  }),
  defineRoute({
    method: 'get',
    path: '/v1/journeys/{key}/experiments/{experiment}',
    scope: 'journeys:read',
    summary: 'How the variants of a split compare, and whether one of them is better',
    params: Key.extend({ experiment: DefinitionKey }),
    responses: { 200: ExperimentBody },
    handle: async (call) => {
      const { deps, ws, params } = call;
      const journey = await findJourney(call);
      return { status: 200, body: await withinTime(experimentReport(deps.store, ws, journey, params.experiment)) };
    },
  }),
  defineRoute({
    method: 'get',
    path: '/v1/journeys/{key}/funnel',
    scope: 'journeys:read',
    summary: 'Per step: entered, waiting, left, exited, failed and stuck; conversions per goal, values per currency',
    params: Key,
    query: FunnelQuery,
    responses: { 200: JourneyFunnel },
    handle: async (call) => {
      const { key } = await findJourney(call);
      const { deps, ws, query, now } = call;
      const from = query.window === undefined ? 0 : now - parseDuration(query.window);
      return {
        status: 200,
        body: await withinTime(
          funnelReport(deps.store, { ws, key, from, now, version: query.version, variant: query.variant }),
        ),
      };
    },
  }),
];

const answer = (journey: JourneyDoc) => ({
  status: 200 as const,
  body: presentJourney(journey),
  headers: { ETag: etagOf(journey.rev) },
});

const instantsShown = 3;

/** Nothing while nobody enters by a schedule. */
async function nextEntries({ deps, ws, params, now }: KeyCall & { readonly params: { readonly key: string } }) {
  const entry = await deps.store.journeys.entrySchedule(ws, params.key);
  if (entry?.status !== 'published') return {};
  return { nextEntries: nextFires(entry.on.schedule, entry.on.zone, now, instantsShown).map(presentInstant) };
}

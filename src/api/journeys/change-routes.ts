import { z } from 'zod';
import { DefinitionKey } from '../../domain/definition-fields.schema';
import { etagOf } from '../etag';
import { defineRoute, type Route } from '../route';
import { waitUntil } from '../wait-until';
import { approve, archive, resume, rollBack, setCanary } from './bring';
import { enrolExisting, planEnrolling } from './enrol-existing';
import { findJourney } from './find-journey';
import { ChangedBody, EnrollingBody, PausedBody, presentJourney, PublishPreviewBody } from './presenter';
import { previewPublish, publish, type Changed } from './publish';
import {
  ArchiveInput,
  CanaryInput,
  EnrolExistingInput,
  PublishInput,
  ResumeInput,
  RollbackInput,
} from './publish-input';
import { changeStatus } from './save-journey';

const Key = z.strictObject({ key: DefinitionKey });
const responses = { 200: ChangedBody, 202: ChangedBody };

/** What brings a journey, and the people inside, to another state. 202 where it waits for the approval of another key. */
export const journeyChangeRoutes: readonly Route[] = [
  defineRoute({
    method: 'post',
    path: '/v1/journeys/{key}/publish',
    scope: 'journeys:write',
    summary: 'Make the draft the version that people enter; 202 when another key has to approve it',
    params: Key,
    body: PublishInput.prefault({}),
    responses,
    handle: async (call) => answer(await publish(call, call.params.key, call.body)),
  }),
  defineRoute({
    method: 'post',
    path: '/v1/journeys/{key}/publish-preview',
    isIdempotent: true,
    scope: 'journeys:read',
    summary: 'Whom a publication of the draft would move, end or enrol: by version and step',
    params: Key,
    body: PublishInput.prefault({}),
    responses: { 200: PublishPreviewBody },
    handle: async (call) => {
      const preview = await previewPublish(call, call.params.key, call.body);
      const needsApproval = preview.affected > call.deps.limits.approvalAbove;
      return { status: 200, body: { ...preview, needsApproval } };
    },
  }),
  defineRoute({
    method: 'post',
    path: '/v1/journeys/{key}/approve',
    scope: 'journeys:write',
    summary: 'Carry out what another key has asked for, and may not do by itself',
    params: Key,
    responses: { 200: ChangedBody },
    handle: async (call) => ({ ...answer(await approve(call, call.params.key)), status: 200 as const }),
  }),
  defineRoute({
    method: 'post',
    path: '/v1/journeys/{key}/canary',
    scope: 'journeys:write',
    summary: 'Have another share of people enter the version that is tried; 100 percent ends the trial',
    params: Key,
    body: CanaryInput,
    responses,
    handle: async (call) => answer(await setCanary(call, call.params.key, call.body)),
  }),
  defineRoute({
    method: 'post',
    path: '/v1/journeys/{key}/rollback',
    scope: 'journeys:write',
    summary: 'Nobody enters the newest version any more, but the one before; 202 when another key has to approve it',
    params: Key,
    body: RollbackInput.prefault({}),
    responses,
    handle: async (call) => answer(await rollBack(call, call.params.key, call.body)),
  }),
  defineRoute({
    method: 'post',
    path: '/v1/journeys/{key}/enrol-existing',
    scope: 'journeys:write',
    summary: 'Ask for a run for each present member of an audience; 202 when another key has to approve it',
    params: Key,
    body: EnrolExistingInput.prefault({}),
    responses: { 200: EnrollingBody, 202: EnrollingBody },
    handle: async (call) => {
      if (!call.body.dryRun) return answer(await enrolExisting(call, call.params.key, call.body));
      const journey = await findJourney(call);
      const plan = await planEnrolling(call, journey, call.body);
      const { body, ...rest } = answer({ journey, operations: [] });
      const needsApproval = plan.members > call.deps.limits.approvalAbove;
      return { ...rest, body: { ...body, plan: { ...plan, needsApproval } } };
    },
  }),
  defineRoute({
    method: 'post',
    path: '/v1/journeys/{key}/pause',
    scope: 'journeys:write',
    summary: 'Nobody enters, nobody is thrown out, and nothing is sent after the answer, unless it says `sending`',
    params: Key,
    responses: { 200: PausedBody },
    handle: async (call) => {
      const { key } = call.params;
      const changed = await changeStatus(call, key, { from: ['published'], to: 'paused' });
      const { headers } = answer(changed);
      // What was claimed before the pause was committed did not see it; what is claimed after is given back at once.
      const sending = await waitUntil(
        () => call.deps.store.enrollments.sending(call.ws, key),
        (count) => count === 0,
      );
      return { status: 200, headers, body: { ...presentJourney(changed.journey), ...(sending > 0 && { sending }) } };
    },
  }),
  defineRoute({
    method: 'post',
    path: '/v1/journeys/{key}/resume',
    scope: 'journeys:write',
    summary:
      'Go on after a pause; whom it has kept from a send go one after the other; 202 when another key has to approve it',
    params: Key,
    body: ResumeInput.prefault({}),
    responses,
    handle: async (call) => answer(await resume(call, call.params.key, call.body)),
  }),
  defineRoute({
    method: 'post',
    path: '/v1/journeys/{key}/archive',
    scope: 'journeys:write',
    summary:
      'Nobody enters any more; people inside go on to their end, or exit; 202 when another key has to approve it',
    params: Key,
    body: ArchiveInput.prefault({}),
    responses,
    handle: async (call) => answer(await archive(call, call.params.key, call.body)),
  }),
];

const answer = ({ journey, operations, isAsked }: Changed) => ({
  status: isAsked ? (202 as const) : (200 as const),
  body: { ...presentJourney(journey), operations },
  headers: { ETag: etagOf(journey.rev) },
});

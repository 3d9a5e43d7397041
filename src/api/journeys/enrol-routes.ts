import { z } from 'zod';
import { DefinitionKey } from '../../domain/definition-fields.schema';
import { ProfileRef } from '../profiles/find-profile';
import { defineRoute, type Route } from '../route';
import { answerBegun, BegunResponses, enrol } from './enrol';
import { findJourney } from './find-journey';

const Key = z.strictObject({ key: DefinitionKey });
const EnrolBody = z.strictObject({
  profile: ProfileRef.meta({ description: '`prf_…` or `type:value`' }),
  properties: z
    .record(z.string(), z.json())
    .default({})
    .meta({ description: 'What the steps read as `entry.properties`' }),
});

export const enrolRoutes: readonly Route[] = [
  defineRoute({
    method: 'post',
    path: '/v1/journeys/{key}/enrollments',
    scope: 'journeys:write',
    summary: 'Begin a run of a journey whose entry is { "api": true }; 202 when it is accepted and not yet decided',
    params: Key,
    body: EnrolBody,
    responses: BegunResponses,
    handle: async (call) => {
      const { key } = await findJourney(call);
      return answerBegun(await enrol(call, key), call.deps);
    },
  }),
];

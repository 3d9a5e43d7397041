import { z } from 'zod';
import { journeyOfRun } from '../../folding/journey-of-run';
import { seesPersonalData } from '../personal-data';
import { forbidden, notFound } from '../problem';
import { defineRoute, type Route } from '../route';
import { Instant } from '../instant';
import { EnrollmentId, findRun } from './find-run';
import { readRecord } from './read-record';

const Written = z.record(z.string(), z.json());
const Visit = z.strictObject({
  step: z.string(),
  type: z.string().optional(),
  visit: z.int(),
  at: Instant,
  outcome: z.string().optional(),
  why: z.string().optional(),
  cause: z.string().optional().meta({ description: 'What decided how the step was left' }),
});

export const RecordBody = z.strictObject({
  enrollment: z.string(),
  journey: z.string(),
  version: z.int(),
  profileId: z.string(),
  definition: z.looseObject({}),
  audiences: z.array(Written),
  sending: Written,
  channels: z.record(z.string(), z.string()),
  failing: z.array(z.string()),
  from: Instant,
  to: Instant,
  events: z.array(Written).meta({ description: 'As POST /v1/batch takes them, of one made-up person' }),
  steps: z.array(Visit),
  sends: z.array(z.strictObject({ step: z.string(), destination: z.string(), status: z.string(), at: Instant })),
  end: z.strictObject({ status: z.string(), step: z.string(), reason: z.string().optional() }),
  isScrubbed: z.boolean(),
  notes: z.array(z.string()).meta({ description: 'What a replay cannot know' }),
});

export const recordRoutes: readonly Route[] = [
  defineRoute({
    method: 'get',
    path: '/v1/enrollments/{id}/record',
    scope: 'journeys:read',
    summary:
      'What one run lived through and did, step by step, as it can be lived again; without personal data unless asked',
    params: EnrollmentId,
    query: z.strictObject({
      values: z
        .enum(['true', 'false'])
        .default('false')
        .meta({ description: 'Texts as they are, instead of their hashes; needs `profiles:pii`' }),
    }),
    responses: { 200: RecordBody },
    handle: async (call) => {
      const { deps, ws, now, query } = call;
      const withValues = query.values === 'true';
      if (withValues && !seesPersonalData(call.principal))
        throw forbidden('Values of people need a key with the scope profiles:pii; leave "values" out to have hashes.');
      const run = await findRun(call);
      const journey = await journeyOfRun(deps.store, ws, run);
      if (!journey) throw notFound('version of the journey any more');
      return { status: 200, body: await readRecord(deps.store, { ws, run, journey, now, withValues }) };
    },
  }),
];

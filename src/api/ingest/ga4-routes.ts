import { z } from 'zod';
import { readMeasurements, translateMeasurement } from '../../domain/events/vocabularies/measurement-protocol';
import type { Json } from '../../domain/json';
import { invalidRequest } from '../problem';
import type { JsonBody } from '../read-body';
import { defineRoute, type Route } from '../route';
import { IngestBody, answer } from './answer';
import { ingest } from './ingest';
import { queryOf } from './query-key';

// For the document only, as for events.
const Measurements = z.looseObject({ events: z.array(z.looseObject({})) }) as unknown as z.ZodType<JsonBody>;

/** What sends to the GA4 Measurement Protocol, with this address in place of Google's and a write key for its secret. */
export const ga4Routes: readonly Route[] = [
  defineRoute({
    method: 'post',
    path: '/v1/ga4/mp/collect',
    door: 'ingest',
    summary: 'Send what the GA4 Measurement Protocol takes; `api_secret` is a write key',
    query: z.strictObject({
      api_secret: z.string().optional(),
      measurement_id: z.string().max(100).optional(),
      firebase_app_id: z.string().max(100).optional(),
    }),
    writeKeyIn: (url) => new URLSearchParams(queryOf(url)).get('api_secret') ?? undefined,
    body: Measurements,
    responses: { 200: IngestBody },
    handle: async (call) => {
      const read = readMeasurements(call.body.value as Json);
      if ('code' in read)
        throw invalidRequest(read.message, [{ in: 'body', pointer: read.path, message: read.message }]);
      return answer(await ingest(call, read, { translate: translateMeasurement }));
    },
  }),
];

import { z } from 'zod';
import { fromBinaryMode, translateCloudEvent } from '../../domain/events/vocabularies/cloud-event';
import type { Json } from '../../domain/json';
import type { JsonBody } from '../read-body';
import { defineRoute, type Route } from '../route';
import { IngestBody, answer } from './answer';
import { ingest, type IngestCall } from './ingest';
import { itemsOf } from './items';

// For the document only: an event without data has no body in binary mode.
const Item = z.looseObject({});
const CloudEvents = z.union([Item, z.array(Item)]).optional() as unknown as z.ZodType<JsonBody | undefined>;

/** CloudEvents 1.0 over HTTP: structured, batched and binary mode. */
export const cloudEventRoutes: readonly Route[] = [
  defineRoute({
    method: 'post',
    path: '/v1/cloudevents',
    door: 'ingest',
    summary: 'Send CloudEvents 1.0: one, a batch, or one in binary mode',
    body: CloudEvents,
    responses: { 200: IngestBody },
    handle: async (call) => answer(await ingest(...readMode(call))),
  }),
];

/** The Content-Type says the mode; whatever else it is, `ce-` headers make it the binary one. */
function readMode(call: Omit<IngestCall, 'body'> & { body: JsonBody | undefined }): Parameters<typeof ingest> {
  const { headers, body = { value: undefined, bytes: 0, hasEscapes: false } } = call;
  const isStructured = (call.header('content-type') ?? '').trim().toLowerCase().startsWith('application/cloudevents');
  const one = isStructured ? undefined : fromBinaryMode(headers, body.value as Json | undefined);
  return [{ ...call, body }, one ? [one] : itemsOf({ ...call, body }), { translate: translateCloudEvent }];
}

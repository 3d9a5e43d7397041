import { z } from 'zod';
import type { EventKind } from '../../domain/events/event';
import { isJsonObject, own } from '../../domain/json';
import { invalidRequest, tooManyEvents } from '../problem';
import type { JsonBody } from '../read-body';
import { defineRoute, type Route } from '../route';
import { ingest, type IngestCall, type Ingested } from './ingest';

const IngestBody = z.strictObject({
  success: z.literal(true),
  accepted: z.int(),
  duplicates: z.int(),
  rejected: z.array(
    z.strictObject({
      index: z.int(),
      messageId: z.string().optional(),
      code: z.string(),
      path: z.string(),
      message: z.string(),
    }),
  ),
});

// For the document only: events are checked one by one, by hand, so that a bad one costs itself and not the batch.
const SingleEvent = z.looseObject({}) as unknown as z.ZodType<JsonBody>;
const Batch = z.looseObject({ batch: z.array(z.looseObject({})) }) as unknown as z.ZodType<JsonBody>;

const single: Readonly<Record<EventKind, string>> = {
  identify: 'i',
  track: 't',
  page: 'p',
  screen: 's',
  group: 'g',
  alias: 'a',
};

export const ingestRoutes: readonly Route[] = [
  ...Object.entries(single).flatMap(([kind, short]) =>
    [kind, short].map((path) => eventRoute(path, kind as EventKind)),
  ),
  ...['batch', 'b'].map(batchRoute),
];

function eventRoute(path: string, kind: EventKind): Route {
  return defineRoute({
    method: 'post',
    path: `/v1/${path}`,
    door: 'ingest',
    summary: `Send one ${kind} event`,
    isIdempotent: true,
    body: SingleEvent,
    responses: { 200: IngestBody },
    handle: async (call) => answer(await ingest(call, [call.body.value], kind)),
  });
}

function batchRoute(path: string): Route {
  return defineRoute({
    method: 'post',
    path: `/v1/${path}`,
    door: 'ingest',
    summary: 'Send many events; each is judged alone',
    isIdempotent: true,
    body: Batch,
    responses: { 200: IngestBody },
    handle: async (call) => answer(await ingest(call, eventsOf(call))),
  });
}

function eventsOf({ body, deps }: IngestCall): readonly unknown[] {
  const batch = isJsonObject(body.value) ? own(body.value, 'batch') : undefined;
  if (!Array.isArray(batch)) {
    const message = 'Send { "batch": [ … ] }.';
    throw invalidRequest(message, [{ in: 'body', pointer: '/batch', message }]);
  }
  const { maxBatchEvents } = deps.limits;
  if (batch.length <= maxBatchEvents) return batch as readonly unknown[];
  throw tooManyEvents(batch.length, maxBatchEvents);
}

function answer({ accepted, duplicates, rejected }: Ingested) {
  return { status: 200 as const, body: { success: true as const, accepted, duplicates, rejected } };
}

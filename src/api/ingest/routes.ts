import { z } from 'zod';
import type { EventKind } from '../../domain/events/event';
import { isJsonObject, own } from '../../domain/json';
import { invalidRequest, Problem } from '../problem';
import type { JsonBody } from '../read-body';
import { defineRoute, type Route } from '../route';
import { ingest, type IngestCall, type Ingested } from './ingest';

const NotTaken = z.strictObject({
  index: z.int(),
  messageId: z.string().optional(),
  code: z.string(),
  path: z.string(),
  message: z.string(),
});

const IngestBody = z.strictObject({
  success: z.literal(true),
  accepted: z.int(),
  duplicates: z.int(),
  rejected: z.array(NotTaken),
  /** Kept until the tracking plan and they agree, and are replayed. Absent where there are none. */
  quarantined: z.array(NotTaken).optional(),
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
  throw new Problem(413, 'too-large', `The batch has ${batch.length} events; send at most ${maxBatchEvents}.`);
}

function answer({ accepted, duplicates, rejected, quarantined }: Ingested) {
  const body = { success: true as const, accepted, duplicates, rejected };
  return { status: 200 as const, body: quarantined.length > 0 ? { ...body, quarantined } : body };
}

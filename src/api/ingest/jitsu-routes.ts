import { z } from 'zod';
import { eventKinds } from '../../domain/events/event';
import { defineRoute, type Route } from '../route';
import { SingleEvent } from './answer';
import { ingest, type Ingested } from './ingest';
import { KeyQuery, queryKey } from './query-key';

/** As Jitsu's own ingestion answers (Jitsu docs, HTTP API). */
const JitsuBody = z.strictObject({
  ok: z.boolean(),
  receivedEvents: z.int(),
  okEvents: z.int(),
  errors: z.array(z.string()),
});

/** The paths that Jitsu's clients send to, from browsers and from servers. What a key may do is the key's, not the path's. */
export const jitsuRoutes: readonly Route[] = ['/api/s/{type}', '/api/s/s2s/{type}'].map((path) =>
  defineRoute({
    method: 'post',
    path,
    door: 'ingest',
    summary: "Send one event with Jitsu's client",
    params: z.strictObject({ type: z.string().max(100) }),
    query: KeyQuery,
    body: SingleEvent,
    responses: { 200: JitsuBody },
    writeKeyIn: queryKey,
    handle: async (call) => {
      const kind = eventKinds.find((one) => one === call.params.type);
      return answer(await ingest(call, [call.body.value], { kind }));
    },
  }),
);

/** What a tracking plan keeps back was received, and is neither good nor an error: the sender need not send it again. */
function answer({ accepted, duplicates, rejected, quarantined }: Ingested) {
  const okEvents = accepted + duplicates;
  const errors = rejected.map(({ path, message }) => (path === '' ? message : `${path}: ${message}`));
  const receivedEvents = okEvents + errors.length + quarantined.length;
  const body = { ok: errors.length === 0, receivedEvents, okEvents, errors };
  return { status: 200 as const, body };
}

import { z } from 'zod';
import { eventKinds, type EventKind } from '../../domain/events/event';
import { readPixel } from '../../domain/events/pixel-event';
import { isJsonObject, own } from '../../domain/json';
import { Bytes } from '../json-schema';
import { defineRoute, type KeyCall, type Route } from '../route';
import { ingest } from './ingest';
import { pixel } from './pixel';
import { queryKey, queryOf } from './query-key';

const said = (description: string) => z.unknown().optional().meta({ type: 'string', description });
// For the document only: the event is checked like all others, so that a refused one leaves a dead letter.
const PixelQuery = z.looseObject({
  writeKey: said('The write key of the source.'),
  data: said('Base64 of the JSON of the event, which may name the write key.'),
  type: said('The kind of the event, where the path does not name it.'),
  event: said('The name of a track event.'),
  userId: said('Who did it, as any other field of an event; parameters win over `data`.'),
  anonymousId: said('The browser or device.'),
  messageId: said('The same id twice counts once.'),
});
const Kind = z.strictObject({ type: z.enum(eventKinds) });
const common = {
  method: 'get',
  door: 'ingest',
  query: PixelQuery,
  responses: { 200: Bytes.meta({ contentMediaType: pixel.type, description: 'A transparent image of one pixel' }) },
  writeKeyIn: keyOf,
  problemBody: pixel,
} as const;

/** Segment's pixel has the kind in its path, RudderStack's in another; ours in the query. */
export const pixelRoutes: readonly Route[] = [
  defineRoute({
    ...common,
    path: '/v1/pixel.gif',
    summary: 'Send one event by an image, as from an e-mail; the answer is an image whatever happens',
    handle: (call) => take(call),
  }),
  ...['/v1/pixel/{type}', '/pixel/v1/{type}'].map((path) =>
    defineRoute({
      ...common,
      path,
      summary: 'Send one event of this kind by an image',
      params: Kind,
      handle: (call) => take(call, call.params.type),
    }),
  ),
];

async function take(call: KeyCall, kind?: EventKind) {
  const query = queryOf(call.url);
  const body = { value: undefined, bytes: query.length, hasEscapes: true };
  await ingest({ ...call, body }, [readPixel(query)], { kind });
  return { status: 200 as const, body: pixel.bytes, headers: pixel.headers };
}

/** A key beside data that cannot be read names the workspace whose dead letter it becomes. */
function keyOf(url: string): string | undefined {
  const beside = queryKey(url);
  if (beside !== undefined) return beside;
  const event = readPixel(queryOf(url));
  const key = isJsonObject(event) ? own(event, 'writeKey') : undefined;
  return typeof key === 'string' ? key : undefined;
}

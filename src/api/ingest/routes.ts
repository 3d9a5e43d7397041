import type { EventKind } from '../../domain/events/event';
import { defineRoute, type Route } from '../route';
import { answer, Batch, IngestBody, SingleEvent } from './answer';
import { beaconRoutes } from './beacon-routes';
import { ingest } from './ingest';
import { eventsOf } from './items';
import { jitsuRoutes } from './jitsu-routes';
import { pixelRoutes } from './pixel-routes';

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
  ...pixelRoutes,
  ...beaconRoutes,
  ...jitsuRoutes,
];

function eventRoute(path: string, kind: EventKind): Route {
  return defineRoute({
    method: 'post',
    path: `/v1/${path}`,
    door: 'ingest',
    summary: `Send one ${kind} event`,
    body: SingleEvent,
    responses: { 200: IngestBody },
    handle: async (call) => answer(await ingest(call, [call.body.value], { kind })),
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

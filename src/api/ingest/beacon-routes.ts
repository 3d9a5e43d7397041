import { defineRoute, type Route } from '../route';
import { answer, Batch, IngestBody } from './answer';
import { ingest } from './ingest';
import { batchOf, eventsOf } from './items';
import { KeyQuery, queryKey } from './query-key';

/** What a page sends while it is left. Nobody reads the answer, and no header can be set: the key is in the query or the body. */
export const beaconRoutes: readonly Route[] = ['/v1/beacon', '/beacon/v1/batch'].map((path) =>
  defineRoute({
    method: 'post',
    path,
    door: 'ingest',
    summary: 'Send one event or a batch by `navigator.sendBeacon`, of any Content-Type',
    query: KeyQuery,
    body: Batch,
    responses: { 200: IngestBody },
    writeKeyIn: queryKey,
    handle: async (call) => {
      const isBatch = batchOf(call.body.value) !== undefined;
      return answer(await (isBatch ? ingest(call, eventsOf(call)) : ingest(call, [call.body.value])));
    },
  }),
);

import { z } from 'zod';
import { DefinitionKey } from '../../../domain/definition-fields.schema';
import { PageQuery, readPage } from '../../page';
import { streamedOut } from '../../streamed';
import { defineRoute, type Route } from '../../route';
import { Beginning, beginningOf, Cursor, presentCursor } from './change-beginning';
import { bringFeed, feedAt, nextChanges } from './change-pages';
import { ChangeBody, demandIncluded, Include, presentChanges } from './change-presenter';
import { audiences } from '../routes';
import { streamChanges } from './stream-changes';

const Key = z.strictObject({ key: DefinitionKey });
const Where = z.strictObject({ after: Cursor.optional(), from: Beginning.optional(), include: Include.optional() });

export const changeRoutes: readonly Route[] = [
  defineRoute({
    method: 'get',
    path: '/v1/audiences/{key}/changes',
    scope: 'audiences:read',
    summary: 'Who came and who left, each change once and in order; `next` is always there, for asking again',
    params: Key,
    query: Where.extend({ limit: PageQuery.shape.limit }),
    responses: { 200: z.strictObject({ data: z.array(ChangeBody), next: z.string() }) },
    handle: async (call) => {
      const { deps, ws, query } = call;
      demandIncluded(call, query.include);
      const { key } = await audiences.find(call);
      const { limit } = readPage({ deps, query: { limit: query.limit } });
      const bring = (...of: [Parameters<typeof bringFeed>[1], number]) => bringFeed(deps.store, ...of);
      const from = await beginningOf(call, key, query);
      const { changes, next } = await nextChanges({ store: deps.store, ws, bring }, from, limit);
      const data = await presentChanges(call, changes, query.include);
      return { status: 200, body: { data, next: presentCursor(next) }, headers: { 'Cache-Control': 'no-store' } };
    },
  }),
  defineRoute({
    method: 'get',
    path: '/v1/audiences/{key}/changes/stream',
    scope: 'audiences:read',
    summary: 'The same as server-sent events, as they happen; `Last-Event-ID` goes on after it',
    params: Key,
    query: Where,
    responses: { 200: streamedOut('text/event-stream') },
    handle: async (call) => {
      const { include, ...where } = call.query;
      demandIncluded(call, include);
      const { key } = await audiences.find(call);
      const last = Cursor.safeParse(call.header('last-event-id'));
      const from = await beginningOf(call, key, last.success ? { after: last.data } : where);
      await feedAt(call.deps.store, call.ws, from);
      return { status: 200, body: streamChanges({ call, from, include }), headers: streamHeaders };
    },
  }),
];

/** No proxy may hold lines back, and no connection wait for more requests: what ends is to be over. */
const streamHeaders = {
  'Content-Type': 'text/event-stream',
  'Cache-Control': 'no-store',
  'X-Accel-Buffering': 'no',
  Connection: 'close',
};

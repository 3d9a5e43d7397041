import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { mayAskForId, readBrowserId } from '../../domain/identity/browser-id';
import { ApiSettings } from '../../sources/http-api/http-api';
import { KeyQuery, queryKey } from '../ingest/query-key';
import { forbidden } from '../problem';
import { defineRoute, type KeyCall, type Route } from '../route';
import { idCookie, readIdCookie } from './cookie';

export const browserIdRoutes: readonly Route[] = [
  defineRoute({
    method: 'get',
    path: '/v1/id',
    door: 'ingest',
    summary: 'The anonymous id of this browser, kept in a cookie of this host; one it has already is kept',
    query: KeyQuery.extend({ id: z.guid().optional() }),
    responses: { 200: z.strictObject({ id: z.string() }) },
    writeKeyIn: queryKey,
    readers: 'named',
    handle: async (call) => {
      const origin = call.header('origin');
      const { origins, idCookie: settings } = await settingsOf(call);
      const asker = { origin, site: call.header('sec-fetch-site'), destination: call.header('sec-fetch-dest') };
      if (!mayAskForId(asker, origins)) throw forbidden(notYours);
      const id = readBrowserId(call.query.id) ?? readIdCookie(call.header('cookie'), call.ws) ?? randomUUID();
      const cookie = idCookie(call.ws, id, { ...settings, isHttps: isHttps(call) });
      const readers = origin !== undefined && {
        'Access-Control-Allow-Origin': origin,
        'Access-Control-Allow-Credentials': 'true',
      };
      return {
        status: 200,
        body: { id },
        headers: { 'Set-Cookie': cookie, 'Cache-Control': 'no-store', Vary: 'Origin', ...readers },
      };
    },
  }),
];

const notYours =
  'This page may not ask for the id: ask with a script, from a page on this host or on one of `settings.origins` of the source.';

/** Of the key's source; of one that nobody has set up, what holds unless set. */
async function settingsOf({ deps, ws, principal }: KeyCall): Promise<ApiSettings> {
  const source = await deps.store.sources.find(ws, principal.source);
  return ApiSettings.parse(source?.type === 'api' ? JSON.parse(source.settingsJson) : {});
}

/** Heddle speaks HTTP; what ends TLS before it says so. A page on https can only have asked by https. */
function isHttps(call: KeyCall): boolean {
  const forwarded = call.header('x-forwarded-proto')?.split(',', 1)[0]?.trim();
  return forwarded === 'https' || call.header('origin')?.startsWith('https:') === true;
}

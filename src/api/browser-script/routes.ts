import { z } from 'zod';
import { Bytes } from '../json-schema';
import { notFound } from '../problem';
import { defineOpenRoute, type Route } from '../route';

/** An hour without asking, a day in which the old one is used while the browser asks. */
const caching = 'public, max-age=3600, stale-while-revalidate=86400';

export const browserScriptRoutes: readonly Route[] = [
  defineOpenRoute({
    method: 'get',
    path: '/heddle.js',
    door: 'open',
    summary: 'The script that pages load to send events',
    responses: {
      200: Bytes.meta({ contentMediaType: 'text/javascript', description: 'The script' }),
      304: z.undefined().meta({ description: 'The browser has it' }),
    },
    handle: async (call) => {
      const { browserScript } = call.deps;
      if (!browserScript) throw notFound('script for browsers: this process was not built');
      const { plain, gzip, hash } = browserScript;
      const isGzip = /\bgzip\b/.test(call.header('accept-encoding') ?? '');
      const headers = {
        'Cache-Control': caching,
        ETag: isGzip ? `"${hash}-gzip"` : `"${hash}"`,
        Vary: 'Accept-Encoding',
        // Any site loads it, also with `integrity`.
        'Access-Control-Allow-Origin': '*',
        'Cross-Origin-Resource-Policy': 'cross-origin',
      };
      if (call.header('if-none-match')?.includes(hash)) return { status: 304, body: undefined, headers };
      const encoding = isGzip && { 'Content-Encoding': 'gzip' };
      const type = { 'Content-Type': 'text/javascript; charset=utf-8' };
      return { status: 200, body: isGzip ? gzip : plain, headers: { ...headers, ...type, ...encoding } };
    },
  }),
];

import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { Router, type Request, type Response } from 'express';
import type { z } from 'zod';
import { admitRoot, writeKeyOf, type Authenticator, type Principal } from './authenticate';
import type { ApiDeps } from './deps';
import { isTooDeep } from './json-depth';
import type { ApiMetrics } from './metrics';
import { invalidRequest, Problem, toFaults, unauthenticated } from './problem';
import { readJson, type JsonBody } from './read-body';
import { findReservedKey } from './reserved-key';
import { infoOf } from './request';
import type { Call, KeyCall, Route } from './route';

interface Context {
  readonly deps: ApiDeps;
  readonly metrics: ApiMetrics;
  readonly authenticator: Authenticator;
}

/** Turns the table of routes into a router: admit, read, check, run, answer. */
export function mountRoutes(routes: readonly Route[], context: Context): Router {
  const router = Router({ caseSensitive: true, strict: true });
  for (const route of routes) {
    router[route.method](toExpressPath(route.path), async (req, res) => {
      Object.assign(infoOf(res), { route: route.path, isFrequent: isFrequent(route) });
      await serve(route, context, req, res);
    });
  }
  for (const [path, methods] of methodsByPath(routes)) {
    router.all(toExpressPath(path), (req) => {
      const headers = { Allow: methods.join(', ') };
      throw new Problem(405, 'method-not-allowed', `${req.method} is not one of ${headers.Allow}.`, { headers });
    });
  }
  return router;
}

const isFrequent = ({ access }: Route): boolean =>
  'door' in access && (access.door === 'ingest' || access.door === 'open');

async function serve(route: Route, context: Context, req: Request, res: Response): Promise<void> {
  const { deps, metrics } = context;
  const now = deps.clock();
  const { principal, read } = await admit(route, context, req);
  if (principal) infoOf(res).principal = principal;
  if (principal?.kind === 'public') res.setHeader('Access-Control-Allow-Origin', '*');
  const call: Call | KeyCall = {
    params: parse(route.params, req.params, 'path'),
    query: parse(route.query, req.query, 'query'),
    body: read ?? (await readBody(route, deps, req)),
    deps,
    metrics,
    now,
    url: req.originalUrl,
    header: (name) => req.get(name),
    ...(principal && { principal, ws: principal.ws }),
  };
  await answer(res, await route.run(call));
}

async function answer(res: Response, { status, body, headers }: Awaited<ReturnType<Route['run']>>): Promise<void> {
  res.status(status).set(headers ?? {});
  if (body === undefined || body === null) res.end();
  else if (typeof body === 'string') res.send(body);
  else if (isStream(body)) await pipeline(Readable.from(body), res);
  else res.json(body);
}

const isStream = (body: object): body is AsyncIterable<Uint8Array> => Symbol.asyncIterator in body;

/** Who calls. Ingestion may name its key in the body, which is then read first. */
async function admit(
  { access }: Route,
  { deps, authenticator }: Context,
  req: Request,
): Promise<{ readonly principal?: Principal; readonly read?: JsonBody }> {
  const authorization = req.get('authorization');
  if ('scope' in access) return { principal: await authenticator.admit(authorization, access.scope) };
  if (access.door === 'root') admitRoot(authorization, deps.rootKey);
  if (access.door !== 'ingest') return {};
  const named = writeKeyOf(authorization);
  if (named !== undefined) return { principal: await authenticator.admitSource(named) };
  const read = await readJson(req, deps.limits.maxBodyBytes);
  const { writeKey } = Object(read.value) as { writeKey?: unknown };
  if (typeof writeKey !== 'string')
    throw unauthenticated('Send a write key: `Authorization: Basic <key>:` or `writeKey` in the body.');
  return { principal: await authenticator.admitSource(writeKey), read };
}

async function readBody(route: Route, deps: ApiDeps, req: Request): Promise<unknown> {
  if (!route.body) return undefined;
  if (!hasBody(req) && route.body.safeParse(undefined).success) return parse(route.body, undefined, 'body');
  const read = await readJson(req, deps.limits.maxBodyBytes);
  if ('door' in route.access && route.access.door === 'ingest') return read;
  if (isTooDeep(read.value, deps.limits.maxJsonDepth)) {
    throw invalidRequest(`The body nests deeper than ${deps.limits.maxJsonDepth} levels.`);
  }
  const pointer = findReservedKey(read.value);
  if (pointer !== undefined) {
    const message = 'No field can be called `__proto__`; rename it.';
    throw invalidRequest(message, [{ in: 'body', pointer, message }]);
  }
  return parse(route.body, read.value, 'body');
}

const hasBody = (req: Request): boolean =>
  req.get('transfer-encoding') !== undefined || Number(req.get('content-length') ?? 0) > 0;

function parse(schema: z.ZodType | undefined, value: unknown, part: 'path' | 'query' | 'body'): unknown {
  if (!schema) return undefined;
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  // A path that cannot name anything names nothing.
  if (part === 'path')
    throw new Problem(404, 'not-found', 'Nothing has such a name.', { errors: toFaults(parsed.error, part) });
  throw invalidRequest(`The ${part} of the request is not as documented; see errors.`, toFaults(parsed.error, part));
}

const toExpressPath = (path: string): string => path.replace(/\{(\w+)\}/g, ':$1');

function methodsByPath(routes: readonly Route[]): Map<string, string[]> {
  const byPath = new Map<string, string[]>();
  for (const { path, method } of routes) byPath.set(path, [...(byPath.get(path) ?? []), method.toUpperCase()]);
  return byPath;
}

import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { Router, type NextFunction, type Request, type Response } from 'express';
import { onRecord } from './audit/record-audit';
import type { ChangeStreams } from './audiences/changes/change-streams';
import type { Exposures } from './decide/exposures';
import { checkBody, eventsIn, parse, readBody } from './body';
import { secondPart, writeKeyOf, type Authenticator, type Principal } from './authenticate';
import { isOpenToSites, letSitesRead } from './cors';
import type { ApiDeps } from './deps';
import type { EventWriter } from './ingest/event-writer';
import { idempotencyKeyOf, runOnce } from './idempotency';
import { expectedBytes, type BytesInFlight } from './limits/bytes-in-flight';
import type { Rates } from './limits/rates';
import type { RightOfWay } from './limits/right-of-way';
import type { Turns } from './limits/turns';
import type { ApiMetrics } from './metrics';
import { Problem, unauthenticated } from './problem';
import { smallBody, type JsonBody } from './read-body';
import { infoOf } from './request';
import { isIngestion, isSurface, type Route } from './route';
import { mediaOf } from './streamed';

export interface Context {
  readonly deps: ApiDeps;
  readonly metrics: ApiMetrics;
  readonly authenticator: Authenticator;
  readonly rates: Rates;
  readonly inFlight: BytesInFlight;
  readonly turns: Turns;
  readonly way: RightOfWay;
  readonly events: EventWriter;
  readonly streams: ChangeStreams;
  readonly exposures: Exposures;
}

/** Turns the table of routes into a router: admit, read, check, run, answer. */
export function mountRoutes(routes: readonly Route[], context: Context): Router {
  const router = Router({ caseSensitive: true, strict: true });
  router.use(serveExact(routes, context));
  for (const route of routes) {
    router[route.method](toExpressPath(route.path), (req, res) => serve(route, context, req, res));
  }
  for (const [path, methods] of methodsByPath(routes)) {
    router.all(toExpressPath(path), (req) => {
      const headers = { Allow: methods.join(', ') };
      throw new Problem(405, 'method-not-allowed', `${req.method} is not one of ${headers.Allow}.`, { headers });
    });
  }
  return router;
}

const isFrequent = ({ access }: Route): boolean => 'door' in access && access.door !== 'root';

/** Paths without parameters, which are those that are called all the time, are found in one look-up instead of one by one. */
function serveExact(routes: readonly Route[], context: Context) {
  const exact = new Map(routes.map((route) => [`${route.method.toUpperCase()} ${route.path}`, route]));
  return (req: Request, res: Response, next: NextFunction): Promise<void> | void => {
    const route = exact.get(`${req.method} ${req.path}`);
    return route ? serve(route, context, req, res) : next();
  };
}

async function serve(route: Route, context: Context, req: Request, res: Response): Promise<void> {
  const { path, problemBody } = route;
  Object.assign(infoOf(res), { route: path, isFrequent: isFrequent(route), problemBody });
  const now = context.deps.clock();
  // What keeps a caller out any page may read; `greet` takes it back where a secret key is answered.
  if (isOpenToSites(route)) letSitesRead(res);
  const named = await admit(route, context, req);
  if (named) await greet(route, context, res, named);
  const onceKey = idempotencyKeyOf(route, req);
  await withBody(route, context, req, named ? keyName(named) : addressOf(req), async (body, read) => {
    const principal = named ?? (await admitByBody(route, context, req, res, read));
    if (principal && isIngestion(route)) res.set(await context.rates.take(principal, 'events', eventsIn(read)));
    // Only who may call is told what is wrong with the body.
    const call = { ...toCall(route, context, req, principal), body: body(), now };
    await send(res, await onRecord(route, call, infoOf(res).id, () => runOnce(route, call, onceKey)));
  });
}

/** Does `work` with the body, whose bytes count as in flight until it is done. A file is never held whole: its handler bounds what it holds. */
async function withBody(
  route: Route,
  context: Context,
  req: Request,
  holder: string,
  work: (body: () => unknown, read: JsonBody | undefined) => Promise<void>,
): Promise<void> {
  if (route.body && mediaOf(route.body)) return work(() => req, undefined);
  const { deps, inFlight, way } = context;
  const expected = expectedBytes(req, deps.limits.maxBodyBytes);
  const reserved = inFlight.reserve(holder, expected);
  try {
    const read = await readBody(route, context, req, holder);
    reserved.resize(read?.bytes ?? 0);
    const answer = () => work(() => checkBody(route, deps, read), read);
    // Not before it has arrived: who sends slowly must not hold up others. Nor what may wait for something, as management does.
    await ((isIngestion(route) || isSurface(route)) && expected <= smallBody ? way.first(answer) : answer());
  } finally {
    reserved.release();
  }
}

/** Who calls, by the headers. Ingestion may name its key in the body instead, which must be read first. */
async function admit(route: Route, context: Context, req: Request): Promise<Principal | undefined> {
  const { deps, authenticator } = context;
  const { access } = route;
  const authorization = req.get('authorization');
  if ('scope' in access) return authenticator.admit(authorization, access.scope, addressOf(req));
  if (access.door === 'root') await authenticator.admitRoot(authorization, deps.rootKey, addressOf(req));
  if (isIngestion(route) || isSurface(route)) return admitByWriteKey(route, context, req);
  return undefined;
}

async function admitByWriteKey(route: Route, { authenticator }: Context, req: Request): Promise<Principal | undefined> {
  const { body, writeKeyIn } = route;
  const authorization = req.get('authorization');
  const named = writeKeyOf(authorization) ?? secondPart(req.get('x-write-key')) ?? writeKeyIn?.(req.originalUrl);
  if (named !== undefined && isSurface(route)) return authenticator.admitSurface(named, addressOf(req));
  if (named !== undefined) return authenticator.admitSource(named, addressOf(req));
  if (!body) throw unauthenticated('Name the write key in the address: `?writeKey=<key>`.');
  return undefined;
}

async function admitByBody(
  route: Route,
  context: Context,
  req: Request,
  res: Response,
  read: JsonBody | undefined,
): Promise<Principal | undefined> {
  if (!isIngestion(route)) return undefined;
  const { writeKey } = Object(read?.value) as { writeKey?: unknown };
  if (typeof writeKey !== 'string')
    throw unauthenticated('Send a write key: `Authorization: Basic <key>:` or `writeKey` in the body.');
  const principal = await context.authenticator.admitSource(writeKey, addressOf(req));
  await greet(route, context, res, principal);
  return principal;
}

/** Notes who it is, lets pages on other sites read the answer to a public key, and refuses whoever has sent too much already. */
async function greet(route: Route, { rates }: Context, res: Response, principal: Principal): Promise<void> {
  infoOf(res).principal = principal;
  if (principal.kind !== 'public') res.removeHeader('Access-Control-Allow-Origin');
  if (isIngestion(route)) await rates.demandRoom(principal, 'events');
  else res.set(await rates.take(principal, isSurface(route) ? 'decisions' : 'requests', 1));
}

function toCall(route: Route, context: Context, req: Request, principal: Principal | undefined) {
  const { deps, metrics, events, rates, way, streams, exposures } = context;
  return {
    params: parse(route.params, req.params, 'path'),
    query: parse(route.query, req.query, 'query'),
    ...{ deps, metrics, events, rates, streams, exposures },
    admitAgain: async () => void (await admit(route, context, req)),
    giveWay: () => way.giveWay(),
    whenLeft: (then: () => void) => void req.res?.once('close', then),
    method: req.method,
    url: req.originalUrl,
    header: (name: string) => req.get(name),
    headers: req.headers,
    ...(principal && { principal, ws: principal.ws }),
  };
}

/** Never by `res.send`, which answers 304 to `If-None-Match: *` whether or not a route knows of conditions. */
async function send(res: Response, { status, body, headers }: Awaited<ReturnType<Route['run']>>): Promise<void> {
  res.status(status).set(headers ?? {});
  if (body instanceof Readable) await pipeline(body, res).catch(unlessGone);
  else if (body === undefined || body === null) res.end();
  else if (typeof body === 'string' || body instanceof Uint8Array) res.end(body);
  else res.setHeader('Content-Type', 'application/json; charset=utf-8').end(JSON.stringify(body));
}

/** Whoever leaves half way is owed nothing more. */
function unlessGone(error: unknown): void {
  if ((error as { code?: unknown } | null)?.code !== 'ERR_STREAM_PREMATURE_CLOSE') throw error;
}

const addressOf = (req: Request): string => req.ip ?? 'unknown';
const keyName = ({ ws, keyId }: Principal): string => `${ws}:${keyId}`;

const toExpressPath = (path: string): string => path.replace(/\{(\w+)\}/g, ':$1');

function methodsByPath(routes: readonly Route[]): Map<string, string[]> {
  const byPath = new Map<string, string[]>();
  for (const { path, method } of routes) byPath.set(path, [...(byPath.get(path) ?? []), method.toUpperCase()]);
  return byPath;
}

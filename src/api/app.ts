import express, { type Express, type NextFunction, type Request, type Response } from 'express';
import helmet from 'helmet';
import { ChangeStreams } from './audiences/changes/change-streams';
import { Authenticator } from './authenticate';
import { allowBrowsers } from './cors';
import { Exposures } from './decide/exposures';
import type { ApiDeps, GaugeSource } from './deps';
import { presentProblem, toProblem } from './errors';
import { EventWriter } from './ingest/event-writer';
import { BytesInFlight } from './limits/bytes-in-flight';
import { FailedKeys } from './limits/failed-keys';
import { Rates } from './limits/rates';
import { RightOfWay } from './limits/right-of-way';
import { Turns } from './limits/turns';
import { createApiMetrics, type ApiMetrics } from './metrics';
import { mountRoutes, type Context } from './mount';
import { documentRoutes } from './openapi';
import { Problem } from './problem';
import { infoOf, observeRequests } from './request';
import { routes } from './routes';

/** Large or compressed bodies that are inflated and parsed at the same time. */
const bodiesAtOnce = 2;
/** How long a slice of a large body waits for small ones. With slices of 4 ms it is never kept from a seventh of the process. */
const mostWaitMs = 25;

/** The whole HTTP API over what it is given; it listens to nothing by itself. */
export function createApp(deps: ApiDeps): Express {
  const inFlight = new BytesInFlight(deps.limits);
  const streams = new ChangeStreams(deps.limits.changeStreams);
  const metrics = createApiMetrics(deps.metrics, [...(deps.gauges ?? []), gaugeOf(inFlight), streamsOf(streams)]);
  const document = documentRoutes(routes);
  const app = express();
  app.disable('x-powered-by').disable('etag').enable('strict routing').enable('case sensitive routing');
  app.set('trust proxy', [...(deps.trustedProxies ?? [])]);
  app.use(observeRequests(deps, metrics));
  app.use(sendSecurityHeaders());
  app.use(allowBrowsers(routes));
  app.get('/openapi.json', (_req, res) => {
    infoOf(res).route = '/openapi.json';
    res.json(document);
  });
  app.use(mountRoutes(routes, { deps, metrics, inFlight, streams, ...createDoors(deps, metrics) }));
  app.use(() => {
    throw new Problem(404, 'not-found', 'There is no such route; /openapi.json lists them all.');
  });
  app.use((error: unknown, _req: Request, res: Response, next: NextFunction) => {
    if (res.headersSent) return next(error);
    const problem = toProblem(error);
    const { id: requestId, route, problemBody } = infoOf(res);
    metrics.refused.inc({ reason: problem.code });
    if (problem.status === 500) deps.log.error({ requestId, route, err: safeError(error) }, 'a request failed');
    if (problemBody) return void res.status(problem.status).set(problemBody.headers).end(problemBody.bytes);
    res.status(problem.status).set({ ...problem.headers, 'Content-Type': 'application/problem+json' });
    res.end(JSON.stringify(presentProblem(problem, requestId)));
  });
  return app;
}

/** What helmet says of every answer, which is always the same, so it is asked once. */
function sendSecurityHeaders() {
  const headers = new Map<string, string>();
  const answer = {
    setHeader: (name: string, value: string) => headers.set(name, value),
    removeHeader: () => undefined,
  };
  helmet()({} as Request, answer as unknown as Response, () => undefined);
  return (_req: Request, res: Response, next: NextFunction): void => {
    res.setHeaders(headers);
    next();
  };
}

/** What all requests of the process share: who they are, how much of them there is, and the way into the store. */
function createDoors(
  deps: ApiDeps,
  { rateLimited, exposuresLost }: ApiMetrics,
): Pick<Context, 'authenticator' | 'rates' | 'turns' | 'way' | 'events' | 'exposures'> {
  const { store, policies, clock, limits } = deps;
  return {
    exposures: new Exposures(deps, exposuresLost),
    authenticator: new Authenticator(store.keys, clock, new FailedKeys(limits.failedKeysPerMinute), policies),
    rates: new Rates(limits.rates, (policy) => rateLimited.inc({ policy })),
    turns: new Turns(bodiesAtOnce),
    way: new RightOfWay(mostWaitMs),
    events: new EventWriter((docs) => store.events.insertPending(docs), limits.insertsAtOnce),
  };
}

const gaugeOf = (inFlight: BytesInFlight): GaugeSource => ({
  name: 'heddle_bytes_in_flight',
  help: 'Bytes of bodies that this process is reading, parsing and storing.',
  read: async () => inFlight.bytes,
});

const streamsOf = (streams: ChangeStreams): GaugeSource => ({
  name: 'heddle_change_streams',
  help: 'Streams of changes that this process has open.',
  read: async () => streams.open,
});

/** Where it failed, without the message: driver messages quote values. */
function safeError(error: unknown) {
  if (!(error instanceof Error)) return { name: typeof error };
  const frames = (error.stack ?? '').split('\n').filter((line) => line.startsWith('    at '));
  return { name: error.name, code: (error as { code?: unknown }).code, stack: frames.slice(0, 12).join('\n') };
}

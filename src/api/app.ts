import express, { type Express, type NextFunction, type Request, type Response } from 'express';
import helmet from 'helmet';
import { Authenticator } from './authenticate';
import { allowBrowsers } from './cors';
import type { ApiDeps } from './deps';
import { presentProblem, toProblem } from './errors';
import { createApiMetrics } from './metrics';
import { mountRoutes } from './mount';
import { documentRoutes } from './openapi';
import { Problem } from './problem';
import { infoOf, observeRequests } from './request';
import { routes } from './routes';

/** The whole HTTP API over what it is given; it listens to nothing by itself. */
export function createApp(deps: ApiDeps): Express {
  const metrics = createApiMetrics(deps.metrics, deps.gauges);
  const document = documentRoutes(routes);
  const app = express();
  app.disable('x-powered-by').disable('etag').enable('strict routing').enable('case sensitive routing');
  app.use(observeRequests(deps, metrics));
  app.use(helmet());
  app.use(allowBrowsers(routes));
  app.get('/openapi.json', (_req, res) => {
    infoOf(res).route = '/openapi.json';
    res.json(document);
  });
  const authenticator = new Authenticator(deps.store.keys, deps.clock, deps.policies);
  app.use(mountRoutes(routes, { deps, metrics, authenticator }));
  app.use(() => {
    throw new Problem(404, 'not-found', 'There is no such route; /openapi.json lists them all.');
  });
  app.use((error: unknown, _req: Request, res: Response, next: NextFunction) => {
    if (res.headersSent) return next(error);
    const problem = toProblem(error);
    const { id: requestId, route } = infoOf(res);
    if (problem.status === 500) deps.log.error({ requestId, route, err: safeError(error) }, 'a request failed');
    res.status(problem.status).set({ ...problem.headers, 'Content-Type': 'application/problem+json' });
    res.end(JSON.stringify(presentProblem(problem, requestId)));
  });
  return app;
}

/** Where it failed, without the message: driver messages quote values. */
function safeError(error: unknown) {
  if (!(error instanceof Error)) return { name: typeof error };
  const frames = (error.stack ?? '').split('\n').filter((line) => line.startsWith('    at '));
  return { name: error.name, code: (error as { code?: unknown }).code, stack: frames.slice(0, 12).join('\n') };
}

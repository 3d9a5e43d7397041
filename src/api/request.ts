import { randomUUID } from 'node:crypto';
import type { NextFunction, Request, Response } from 'express';
import type { Principal } from './authenticate';
import type { ApiDeps } from './deps';
import type { Picture } from './ingest/pixel';
import type { ApiMetrics } from './metrics';

/** What the process knows about a request while it is served. Ids only: this is what gets logged. */
export interface RequestInfo {
  readonly id: string;
  readonly startedAt: number;
  readonly traceId?: string;
  /** The route's path as documented, never the path with its values. */
  route: string;
  /** Of the routes that are called all the time a success is a figure, not a line. */
  isFrequent: boolean;
  principal?: Principal;
  /** What is sent instead of a problem document. */
  problemBody?: Picture | undefined;
}

export const infoOf = (res: Response): RequestInfo => res.locals['info'] as RequestInfo;

/** Names each request, and logs and counts it when it ends. No bodies, no query values, no path values. */
export function observeRequests(deps: Pick<ApiDeps, 'log' | 'clock'>, metrics: ApiMetrics) {
  return (req: Request, res: Response, next: NextFunction): void => {
    const traceId = traceIdOf(req.get('traceparent'));
    const info: RequestInfo = {
      id: requestIdOf(req.get('x-request-id')),
      startedAt: performance.now(),
      route: 'unknown',
      isFrequent: false,
      ...(traceId !== undefined && { traceId }),
    };
    res.locals['info'] = info;
    res.setHeader('X-Request-Id', info.id);
    res.once('close', () => {
      const seconds = (performance.now() - info.startedAt) / 1_000;
      const labels = { method: req.method, route: info.route, status: String(res.statusCode) };
      metrics.duration.observe(labels, seconds);
      const { id: requestId, principal } = info;
      const who = principal && { ws: principal.ws, key: principal.keyId };
      const isAborted = !res.writableFinished;
      const level = info.isFrequent && res.statusCode < 400 && !isAborted ? 'debug' : 'info';
      if (!deps.log.isLevelEnabled(level)) return;
      deps.log[level](
        { requestId, traceId, ...labels, ms: Math.round(seconds * 1e4) / 10, ...who, ...(isAborted && { isAborted }) },
        'request',
      );
    });
    next();
  };
}

function requestIdOf(given: string | undefined): string {
  return given !== undefined && /^[\w.:-]{1,100}$/.test(given) ? given : randomUUID();
}

/** The trace id of a W3C `traceparent`. */
function traceIdOf(header: string | undefined): string | undefined {
  return /^[0-9a-f]{2}-([0-9a-f]{32})-[0-9a-f]{16}-[0-9a-f]{2}/.exec(header ?? '')?.[1];
}

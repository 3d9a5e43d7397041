import type { NextFunction, Request, Response } from 'express';
import type { Route } from './route';

/** What of an answer a page on another site may read, beside its body. */
export const exposedHeaders = 'RateLimit, RateLimit-Policy, Retry-After, X-Request-Id';

/** Browsers ask before they send an `Authorization` header. They may ask about ingestion only, and get no answer to others. */
export function allowBrowsers(routes: readonly Route[]) {
  const open = new Set(
    routes.filter(({ access }) => 'door' in access && access.door === 'ingest').map(({ path }) => path),
  );
  return (req: Request, res: Response, next: NextFunction): void => {
    const isIngestion = open.has(req.path);
    // Helmet's default keeps other origins from reading any answer; a pixel or a script on another site must.
    if (isIngestion) res.setHeader('Cross-Origin-Resource-Policy', 'cross-origin');
    if (req.method !== 'OPTIONS' || !isIngestion) return next();
    res.setHeader('Access-Control-Allow-Origin', '*');
    res.setHeader('Access-Control-Allow-Methods', 'POST');
    res.setHeader(
      'Access-Control-Allow-Headers',
      'authorization, content-type, content-encoding, x-retry-count, x-request-id',
    );
    res.setHeader('Access-Control-Max-Age', '86400');
    res.status(204).end();
  };
}

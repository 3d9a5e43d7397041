import type { NextFunction, Request, Response } from 'express';
import type { Route } from './route';

/** What the public clients set: Segment's and RudderStack's the first ones, Jitsu's the last three. */
const sentHeaders =
  'authorization, content-type, content-encoding, x-retry-count, x-request-id, x-write-key, x-enable-debug, x-ip-policy';

const doorsOfPages: readonly string[] = ['ingest', 'surface'];

/** Whether any site may send to the route and read the answer, with a public key. */
export const isOpenToSites = ({ access, readers }: Pick<Route, 'access' | 'readers'>): boolean =>
  'door' in access && doorsOfPages.includes(access.door) && readers === undefined;

/** What of an answer a page on another site may read, beside its body: only what is named. */
const exposedHeaders = 'RateLimit, RateLimit-Policy, Retry-After, X-Request-Id';

export function letSitesRead(res: Response): void {
  res.setHeader('Access-Control-Allow-Origin', '*');
  res.setHeader('Access-Control-Expose-Headers', exposedHeaders);
}

/** Browsers ask before they send an `Authorization` header. They may ask about what pages use, and get no answer to others. */
export function allowBrowsers(routes: readonly Route[]) {
  const paths = new Set(routes.filter(isOpenToSites).map(({ path }) => path));
  const patterns = [...paths]
    .filter((path) => path.includes('{'))
    .map((path) => new RegExp(`^${path.replace(/\{\w+\}/g, '[^/]+')}$`));
  return (req: Request, res: Response, next: NextFunction): void => {
    const isOfPages = paths.has(req.path) || patterns.some((pattern) => pattern.test(req.path));
    // Helmet's default keeps other origins from reading any answer; a pixel or a script on another site must.
    if (isOfPages) res.setHeader('Cross-Origin-Resource-Policy', 'cross-origin');
    if (req.method !== 'OPTIONS' || !isOfPages) return next();
    res.setHeader('Access-Control-Allow-Origin', '*');
    res.setHeader('Access-Control-Allow-Methods', 'GET, POST');
    res.setHeader('Access-Control-Allow-Headers', sentHeaders);
    res.setHeader('Access-Control-Max-Age', '86400');
    res.status(204).end();
  };
}

import { createServer, type RequestListener, type Server } from 'node:http';

const headerSeconds = 10;
/** A kept connection on which nothing is asked is closed after this; longer than proxies usually keep theirs would be a race. */
const idleSeconds = 65;

/**
 * An HTTP server that nobody can hold for ever: a request whose headers or body trickle in is answered 408 and its connection closed, and so
 * is one that says nothing.
 */
export function createApiServer(
  listener: RequestListener,
  { bodySeconds, uploadSeconds = bodySeconds }: { readonly bodySeconds: number; readonly uploadSeconds?: number },
): Server {
  // Files may take longer; what is no file must be there sooner, see `read-body`.
  const requestTimeout = Math.max(bodySeconds, uploadSeconds) * 1_000;
  return createServer(
    {
      requestTimeout,
      headersTimeout: Math.min(headerSeconds, bodySeconds) * 1_000,
      keepAliveTimeout: idleSeconds * 1_000,
      // Node looks for requests that are late every 30 s unless told otherwise.
      connectionsCheckingInterval: Math.min(1, bodySeconds) * 1_000,
    },
    listener,
  );
}

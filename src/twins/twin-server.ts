import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A request as it arrived. */
export interface TwinRequest {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** Epoch milliseconds. */
  readonly receivedAt: number;
}

export interface TwinAnswer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
}

/** A request with what was answered; `undefined` when the connection was cut. */
export interface TwinExchange extends TwinRequest {
  readonly status: number | undefined;
}

export interface TwinFailure extends Partial<TwinAnswer> {
  /** Waits before it answers, longer than the sender has patience. */
  readonly hangMs?: number;
  /** Cuts the connection and answers nothing. */
  readonly resetConnection?: boolean;
  /** Does what was asked all the same, so that only the answer is lost. */
  readonly isHandled?: boolean;
}

/** A vendor's server on a loopback port of its own. */
export interface TwinServer {
  readonly url: string;
  readonly port: number;
  readonly exchanges: readonly TwinExchange[];
  /** The next `times` requests fail like this. */
  failNext(times: number, failure: TwinFailure): void;
  /** Resolves as soon as the condition holds, looking again after every exchange; rejects after `timeoutMs`. */
  waitFor(condition: () => boolean, timeoutMs?: number): Promise<void>;
  close(): Promise<void>;
}

const largestBody = 64 * 1024 * 1024;

/** Starts a server that answers each request with `answer`. `port` 0 takes a free one. */
export async function startTwinServer(answer: (request: TwinRequest) => TwinAnswer, port = 0): Promise<TwinServer> {
  const exchanges: TwinExchange[] = [];
  const failures: TwinFailure[] = [];
  const watchers = new Set<() => void>();
  const server = createServer((incoming, outgoing) => {
    respond(incoming, outgoing, answer, failures).then(
      (exchange) => {
        exchanges.push(exchange);
        for (const look of watchers) look();
      },
      // The sender hung up in the middle of its request.
      () => outgoing.destroy(),
    );
  });
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${address.port}`,
    port: address.port,
    exchanges,
    failNext: (times, failure) => failures.push(...Array.from({ length: times }, () => failure)),
    waitFor: (condition, timeoutMs = 15_000) => waitFor(condition, watchers, timeoutMs),
    close: () => close(server),
  };
}

async function respond(
  incoming: IncomingMessage,
  outgoing: ServerResponse,
  answer: (request: TwinRequest) => TwinAnswer,
  failures: TwinFailure[],
): Promise<TwinExchange> {
  const request = await read(incoming);
  const failure = failures.shift();
  const handled = failure === undefined || failure.isHandled === true ? answer(request) : undefined;
  if (failure?.resetConnection === true) {
    incoming.socket.resetAndDestroy();
    return { ...request, status: undefined };
  }
  if (failure?.hangMs !== undefined) await pause(failure.hangMs, outgoing);
  return { ...request, status: write(outgoing, { status: 500, ...handled, ...failure }) };
}

function write(outgoing: ServerResponse, { status, headers, body = '' }: TwinAnswer): number {
  outgoing.writeHead(status, { 'content-type': 'application/json', ...headers });
  outgoing.end(typeof body === 'string' ? body : JSON.stringify(body));
  return status;
}

async function read(incoming: IncomingMessage): Promise<TwinRequest> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of incoming as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size <= largestBody) chunks.push(chunk);
  }
  const { pathname, searchParams } = new URL(incoming.url ?? '/', 'http://twin');
  const headers = Object.entries(incoming.headers).map(([name, value]) => [name, String(value)] as const);
  return {
    method: incoming.method ?? 'GET',
    path: pathname,
    query: searchParams,
    headers: Object.fromEntries(headers),
    body: Buffer.concat(chunks).toString('utf8'),
    receivedAt: Date.now(),
  };
}

/** Until the time is over or the sender has hung up. */
function pause(ms: number, outgoing: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    outgoing.once('close', () => {
      clearTimeout(timer);
      resolve();
    });
  });
}

function waitFor(condition: () => boolean, watchers: Set<() => void>, timeoutMs: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      watchers.delete(look);
      reject(new Error(`The twin waited ${timeoutMs} ms for a condition that did not come true.`));
    }, timeoutMs);
    const look = (): void => {
      if (!condition()) return;
      clearTimeout(timer);
      watchers.delete(look);
      resolve();
    };
    watchers.add(look);
    look();
  });
}

async function close(server: Server): Promise<void> {
  const closed = once(server, 'close');
  server.close();
  server.closeAllConnections();
  await closed;
}

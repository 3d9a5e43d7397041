import { request, type Dispatcher } from 'undici';
import {
  guardedAgent,
  guardedLookup,
  resolveBySystem,
  type PortsOf,
  type Resolve,
} from '../destinations/guarded-agent';
import { SendError } from '../destinations/send-error';
import { TargetGuard } from '../destinations/target-guard';
import { SourceBusy, SourceRefused } from './source';

export interface WebRequest {
  readonly method: 'GET' | 'POST';
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
}

export interface WebAnswer {
  readonly status: number;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: AsyncIterable<Buffer>;
}

export interface AskLimits {
  readonly signal: AbortSignal;
  /** Until the answer has ended; of one that is streamed, until it begins. */
  readonly timeoutMs: number;
  readonly isStreamed?: boolean;
}

/** The ways out of the house for whoever asks a source. All are guarded: nothing inside the deployment's network is reached unless it says so. */
export interface Network {
  /** Asks over HTTP and answers whatever the status; redirects are answers. Throws `SourceRefused` and `SourceBusy`. */
  ask(request: WebRequest, limits: AskLimits): Promise<WebAnswer>;
  /** The address to connect a database's driver to. */
  addressOf(host: string, port: number): Promise<string>;
  /** For a driver that looks names up by itself, at each connection, and asks each name at these ports. */
  lookupFor(portsOf: PortsOf): ReturnType<typeof guardedLookup>;
  /** Judges a literal address, which no driver looks up. Throws `SourceRefused`. */
  checkHost(host: string, port: number): void;
}

/** The ports below are those of the system's own services: mail, files, shells. Databases listen above. */
const lowestPort = 1_024;

export function createNetwork(allowedTargets: readonly string[], resolve: Resolve = resolveBySystem): Network {
  const guard = new TargetGuard(allowedTargets);
  const agent = guardedAgent(guard, resolve);
  const databases = new TargetGuard(allowedTargets, (port) => port >= lowestPort);
  const addressOf = async (host: string, port: number): Promise<string> => {
    const refusal = databases.checkHost(host, port);
    if (refusal) throw refused(refusal.code);
    return new Promise((resolved, failed) => {
      guardedLookup(databases, resolve, () => [port])(host, {}, (error, address) => {
        if (error || typeof address !== 'string') failed(toSourceError(error));
        else resolved(address);
      });
    });
  };
  return {
    ask: (asked, limits) => ask(asked, { guard, agent, ...limits }),
    addressOf,
    lookupFor: (portsOf) => guardedLookup(databases, resolve, portsOf),
    checkHost: (host, port) => {
      const refusal = databases.checkHost(host, port);
      if (refusal) throw refused(refusal.code);
    },
  };
}

async function ask(
  { url, method, headers, body }: WebRequest,
  {
    guard,
    agent,
    signal,
    timeoutMs,
    isStreamed,
  }: AskLimits & { readonly guard: TargetGuard; readonly agent: Dispatcher },
): Promise<WebAnswer> {
  const refusal = guard.checkUrl(url);
  if (refusal) throw refused(refusal.code, refusal.message);
  const late = new AbortController();
  const timer = setTimeout(() => late.abort(new DOMException('too late', 'TimeoutError')), timeoutMs).unref();
  const bothSignals = AbortSignal.any([signal, late.signal]);
  try {
    const answer = await request(new URL(url), {
      ...{ method, headers, body: body ?? null, dispatcher: agent, signal: bothSignals },
      bodyTimeout: timeoutMs,
    });
    if (isStreamed) clearTimeout(timer);
    const named = Object.entries(answer.headers).map(([name, value]) => [
      name.toLowerCase(),
      [value].flat().join(', '),
    ]);
    return {
      status: answer.statusCode,
      headers: Object.fromEntries(named) as Record<string, string>,
      body: answer.body as AsyncIterable<Buffer>,
    };
  } catch (error) {
    throw toSourceError(error);
  }
}

const privateAddress =
  'The source is inside a private network; name its host in HEDDLE_ALLOWED_TARGETS if sources there may be asked.';

/** The guard speaks of destinations; whoever set up a source is told of sources. */
function refused(code: string, message = privateAddress): SourceRefused {
  if (code === 'private-address') return new SourceRefused(code, privateAddress);
  const port =
    'The port of the source is not one that may be asked; name host:port in HEDDLE_ALLOWED_TARGETS if it may.';
  return new SourceRefused(code, code === 'port' ? port : message);
}

/** What came of a connection that did not come to be, or broke. */
export function toSourceError(error: unknown): SourceRefused | SourceBusy {
  if (error instanceof SourceRefused || error instanceof SourceBusy) return error;
  if (error instanceof SendError && error.kind === 'blocked') return refused(error.code, error.message);
  const cause = error instanceof Error ? (error.cause ?? error) : error;
  if (cause instanceof SendError) return refused(cause.code, cause.message);
  const { name, code } = cause as { readonly name?: unknown; readonly code?: unknown };
  if (name === 'TimeoutError') return new SourceBusy('timeout', 'The source did not answer in time.');
  return new SourceBusy(typeof code === 'string' ? code : 'network', 'The connection to the source failed.');
}

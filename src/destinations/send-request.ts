import { request as undiciRequest, type Dispatcher } from 'undici';
import type { HttpRequest, HttpResponse } from './destination';
import { blocked, guardedAgent, resolveBySystem, type Resolve } from './guarded-agent';
import { SendError } from './send-error';
import { TargetGuard } from './target-guard';

export interface SendOptions {
  readonly timeoutMs?: number;
  readonly maxResponseBytes?: number;
  /** Aborting rejects with the signal's reason. */
  readonly signal?: AbortSignal;
}

/** Sends one request and answers with what came back, whatever its status; rejects with a `SendError` when nothing did. */
export type Sender = (request: HttpRequest, options?: SendOptions) => Promise<HttpResponse>;

const defaults = { timeoutMs: 15_000, maxResponseBytes: 1024 * 1024 } as const;
/** Failures from before a single byte of the request left. */
const unsent = ['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH', 'UND_ERR_CONNECT_TIMEOUT'];

/**
 * The one way out of the house. Guards against requests into private networks (SSRF): literal addresses before connecting,
 * resolved ones while connecting, so that a name cannot change between check and use; redirects are answers, never followed.
 */
export function createSender({
  allowedTargets,
  resolve = resolveBySystem,
}: {
  readonly allowedTargets: readonly string[];
  readonly resolve?: Resolve;
}): Sender {
  const guard = new TargetGuard(allowedTargets);
  const dispatcher = guardedAgent(guard, resolve);
  return async (request, options = {}) => {
    const refusal = guard.checkUrl(request.url);
    if (refusal) throw blocked(refusal);
    const timeout = AbortSignal.timeout(options.timeoutMs ?? defaults.timeoutMs);
    const signal = options.signal ? AbortSignal.any([timeout, options.signal]) : timeout;
    try {
      return await exchange(request, dispatcher, signal, options.maxResponseBytes ?? defaults.maxResponseBytes);
    } catch (error) {
      options.signal?.throwIfAborted();
      throw toSendError(error, timeout.aborted);
    }
  };
}

async function exchange(
  { method, url, headers, body }: HttpRequest,
  dispatcher: Dispatcher,
  signal: AbortSignal,
  maxBytes: number,
): Promise<HttpResponse> {
  const answer = await undiciRequest(new URL(url), {
    method,
    headers,
    body: body === '' ? null : body,
    dispatcher,
    signal,
  });
  const text = await readCapped(answer.body, maxBytes);
  return { status: answer.statusCode, headers: flatten(answer.headers), body: text };
}

/** What is past the cap is never read; the status alone says what happened. */
async function readCapped(stream: Dispatcher.ResponseData['body'], maxBytes: number): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    chunks.push(chunk);
    size += chunk.length;
    if (size > maxBytes) break;
  }
  return Buffer.concat(chunks).subarray(0, maxBytes).toString('utf8');
}

function flatten(headers: Dispatcher.ResponseData['headers']): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) =>
      value === undefined ? [] : [[name.toLowerCase(), Array.isArray(value) ? value.join(', ') : value]],
    ),
  );
}

function toSendError(error: unknown, isTimeout: boolean): SendError {
  if (error instanceof SendError) return error;
  if (isTimeout) return new SendError('timeout', 'timeout', 'The destination did not answer in time.', true);
  const code = codeOf(error);
  return new SendError('network', code, 'The connection to the destination failed.', !unsent.includes(code));
}

/** Connections to several addresses fail together, as one error over many. */
function codeOf(error: unknown): string {
  const { code, errors } = (error ?? {}) as { code?: unknown; errors?: unknown };
  if (typeof code === 'string') return code;
  return Array.isArray(errors) && errors.length > 0 ? codeOf(errors[0]) : 'network';
}

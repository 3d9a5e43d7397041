import { isUtf8 } from 'node:buffer';
import type { Json } from '../domain/json';
import { toSourceError, type WebAnswer } from './network';
import { SourceBusy, SourceRefused } from './source';

/** Statuses that another try may mend (RFC 9110 15, RFC 6585 4). */
const passing: readonly number[] = [408, 425, 429];
const longestPauseMs = 24 * 3_600_000;

/** Throws for everything but a success: what is passing as `SourceBusy`, with the pause that is asked for, the rest as `SourceRefused`. */
export function checkStatus({ status, headers }: WebAnswer, now: number): void {
  if (status >= 200 && status <= 299) return;
  const code = `http-${status}`;
  if (status >= 500 || passing.includes(status))
    throw new SourceBusy(
      code,
      `The source answers ${status}; it is asked again.`,
      pauseOf(headers['retry-after'], now),
    );
  throw new SourceRefused(code, refusals[status] ?? `The source answers ${status}; check address, query and access.`);
}

const moved = 'The source redirects, which is not followed; write the address it leads to.';
const refusals: Readonly<Record<number, string>> = {
  301: moved,
  302: moved,
  303: moved,
  307: moved,
  308: moved,
  401: 'The source does not take the credentials; send the right secrets.',
  403: 'The credentials do not open this; have the source allow it.',
  404: 'The source has nothing at this address.',
};

/** Seconds or an HTTP date (RFC 9110 10.2.3), at most a day. */
function pauseOf(text: string | undefined, now: number): number | undefined {
  if (text === undefined || text.trim() === '') return undefined;
  const pause = /^\d+$/.test(text.trim()) ? Number(text) * 1_000 : Date.parse(text) - now;
  return Number.isNaN(pause) ? undefined : Math.min(Math.max(pause, 0), longestPauseMs);
}

/**
 * The whole answer as text, to be read in one go: a worker does nothing else meanwhile, which is why it is a page. Throws `SourceRefused`
 * when it is longer than `maxBytes`.
 */
export async function readText({ body }: Pick<WebAnswer, 'body'>, maxBytes: number): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of capped(body, maxBytes, smallerPages)) chunks.push(chunk);
  const bytes = Buffer.concat(chunks);
  // Lenient decoding would take two different ids for one.
  if (!isUtf8(bytes)) throw new SourceRefused('not-utf8', 'The source answers with text that is not UTF-8.');
  return bytes.toString('utf8');
}

const smallerPages =
  'ask for smaller pages, or raise "maxPageBytes" of the source and HEDDLE_PULL_MAX_PAGE_BYTES of the workers, of which the smaller counts';

/** The answer as it comes, up to `maxBytes`. Throws `SourceRefused` with the remedy beyond them. */
export async function* capped(body: AsyncIterable<Buffer>, maxBytes: number, remedy: string): AsyncIterable<Buffer> {
  let bytes = 0;
  try {
    for await (const chunk of body) {
      bytes += chunk.length;
      if (bytes > maxBytes)
        throw new SourceRefused('too-large', `The source answers with more than ${maxBytes} bytes; ${remedy}.`);
      yield chunk;
    }
  } catch (error) {
    throw toSourceError(error);
  }
}

/** What a streamed answer brings at least, once it has had as long as its first byte may take. */
const leastBytesPerSecond = 8_192;

/**
 * A streamed answer as it comes. Throws `SourceBusy` where it comes slower than 8 KiB a second, counting only the time it is waited for: the
 * place it is read at is kept from other sources.
 */
export async function* brisk(body: AsyncIterable<Buffer>, graceMs: number): AsyncIterable<Buffer> {
  let allowedMs = graceMs;
  let begun = performance.now();
  for await (const chunk of body) {
    allowedMs += (chunk.length / leastBytesPerSecond) * 1_000 - (performance.now() - begun);
    if (allowedMs < 0) throw new SourceBusy('too-slow', tooSlow);
    yield chunk;
    begun = performance.now();
  }
}

const tooSlow = `The source answers slower than ${leastBytesPerSecond} bytes a second; ask for less, or in pages.`;

export function parseJson(text: string): Json {
  try {
    return JSON.parse(text) as Json;
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw new SourceRefused('not-json', 'The source answers with something that is no JSON; check address and format.');
  }
}

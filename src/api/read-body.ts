import type { IncomingMessage } from 'node:http';
import { promisify } from 'node:util';
import { brotliDecompress, gunzip, inflate, inflateRaw, type InputType, type ZlibOptions } from 'node:zlib';
import { invalidRequest, Problem, tooLarge } from './problem';

type Inflate = (bytes: InputType, options: ZlibOptions) => Promise<Buffer>;
const unzip: Inflate = promisify<InputType, ZlibOptions, Buffer>(gunzip);
const unbrotli: Inflate = promisify<InputType, ZlibOptions, Buffer>(brotliDecompress);
const unwrap: Inflate = promisify<InputType, ZlibOptions, Buffer>(inflate);
const unwrapRaw: Inflate = promisify<InputType, ZlibOptions, Buffer>(inflateRaw);

const decoders: Readonly<Record<string, Inflate>> = {
  gzip: unzip,
  'x-gzip': unzip,
  br: unbrotli,
  // Some senders mean the bare stream by "deflate"; a wrapped one has 8 in the low half of its first byte (RFC 1950).
  deflate: (bytes, options) =>
    ((bytes as Buffer)[0] ?? 0) % 16 === 8 ? unwrap(bytes, options) : unwrapRaw(bytes, options),
};

const identity = 'identity';
const utf8 = new TextDecoder('utf-8', { fatal: true });

export interface JsonBody {
  readonly value: unknown;
  /** Inflated size. */
  readonly bytes: number;
  /** False promises that no string holds a NUL or a lone surrogate: those exist only as `\u` escapes. */
  readonly hasEscapes: boolean;
}

/** Bodies that are larger than this, or compressed, take turns in being inflated and parsed. */
export const smallBody = 65_536;

export interface Reading {
  /** Inflated. */
  readonly maxBytes: number;
  /** A body that takes longer to arrive is not sent in good faith. */
  readonly withinMs: number;
  /** `JSON.parse`, or what does the same in slices. */
  readonly parse: (text: string) => Promise<unknown>;
  /** Does what takes this process time, and not the sender. */
  readonly inTurn: (work: () => Promise<JsonBody>) => Promise<JsonBody>;
}

/** The body as it was before compression: what a signature covers. Throws 400, 408, 413 or 415. */
export async function readBytes(
  req: IncomingMessage,
  { maxBytes, withinMs }: Pick<Reading, 'maxBytes' | 'withinMs'>,
): Promise<Buffer> {
  const encoding = encodingOf(req);
  return decompress(await collect(req, maxBytes, withinMs), encoding, maxBytes);
}

/** Reads JSON whatever the Content-Type says. Throws 400, 413 or 415. */
export async function readJson(
  req: IncomingMessage,
  { maxBytes, withinMs, parse, inTurn }: Reading,
): Promise<JsonBody> {
  const encoding = encodingOf(req);
  const sent = await collect(req, maxBytes, withinMs);
  if (encoding === identity && sent.length <= smallBody) return toJson(sent, parse);
  return inTurn(async () => toJson(await decompress(sent, encoding, maxBytes), parse));
}

async function toJson(bytes: Buffer, parse: Reading['parse']): Promise<JsonBody> {
  const text = decode(bytes);
  try {
    return { value: await parse(text), bytes: bytes.length, hasEscapes: text.includes('\\u') };
  } catch (error) {
    if (error instanceof Problem) throw error;
    throw invalidRequest(bytes.length === 0 ? 'The body is empty; send JSON.' : 'The body is not JSON.');
  }
}

function encodingOf(req: IncomingMessage): string {
  const encoding = (req.headers['content-encoding'] ?? identity).trim().toLowerCase();
  if (encoding === identity || Object.hasOwn(decoders, encoding)) return encoding;
  throw new Problem(415, 'unsupported-encoding', 'Content-Encoding must be gzip, deflate, br or identity.');
}

async function decompress(sent: Buffer, encoding: string, maxBytes: number): Promise<Buffer> {
  const decoder = decoders[encoding];
  if (!decoder) return sent;
  try {
    return await decoder(sent, { maxOutputLength: maxBytes });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE') throw overLimit(maxBytes);
    throw invalidRequest(`The body does not decompress as ${encoding}.`);
  }
}

function collect(req: IncomingMessage, maxBytes: number, withinMs: number): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    if (Number(req.headers['content-length'] ?? 0) > maxBytes) return reject(overLimit(maxBytes));
    const chunks: Buffer[] = [];
    let size = 0;
    const take = (chunk: Buffer): void => {
      size += chunk.length;
      chunks.push(chunk);
      if (size <= maxBytes) return;
      // The rest is let go by, so that the answer can be read.
      req.off('data', take).resume();
      reject(overLimit(maxBytes));
    };
    const giveUp = (): void => {
      req.off('data', take);
      reject(tooSlow(withinMs));
    };
    const timer = setTimeout(giveUp, withinMs);
    const breakOff = (): void => reject(invalidRequest('The body ended before it was complete.'));
    req.on('data', take);
    req.once('end', () => resolve(chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks, size)));
    req.once('error', breakOff).once('close', breakOff);
    for (const event of ['end', 'error', 'close']) req.once(event, () => clearTimeout(timer));
  });
}

function decode(bytes: Buffer): string {
  try {
    return utf8.decode(bytes);
  } catch {
    throw invalidRequest('The body is not valid UTF-8.');
  }
}

const overLimit = (maxBytes: number): Problem =>
  tooLarge(`The body is larger than ${maxBytes} bytes after decompression; send smaller batches.`);

const tooSlow = (withinMs: number): Problem =>
  new Problem(408, 'body-too-slow', `The body did not arrive within ${withinMs / 1_000} s.`, {
    headers: { Connection: 'close' },
  });

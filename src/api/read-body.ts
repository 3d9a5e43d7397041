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

const utf8 = new TextDecoder('utf-8', { fatal: true });

export interface JsonBody {
  readonly value: unknown;
  /** Inflated size. */
  readonly bytes: number;
  /** False promises that no string holds a NUL or a lone surrogate: those exist only as `\u` escapes. */
  readonly hasEscapes: boolean;
}

/** Reads JSON whatever the Content-Type says. The limit counts inflated bytes. Throws 400, 413 or 415. */
export async function readJson(req: IncomingMessage, maxBytes: number): Promise<JsonBody> {
  const bytes = await readBytes(req, maxBytes);
  const text = decode(bytes);
  try {
    return { value: JSON.parse(text) as unknown, bytes: bytes.length, hasEscapes: text.includes('\\u') };
  } catch {
    throw invalidRequest(bytes.length === 0 ? 'The body is empty; send JSON.' : 'The body is not JSON.');
  }
}

/** The body as it was before compression: what a signature covers. Throws 400, 413 or 415. */
export async function readBytes(req: IncomingMessage, maxBytes: number): Promise<Buffer> {
  const encoding = (req.headers['content-encoding'] ?? 'identity').trim().toLowerCase();
  const decoder = decoders[encoding];
  if (!decoder && encoding !== 'identity') {
    throw new Problem(415, 'unsupported-encoding', 'Content-Encoding must be gzip, deflate, br or identity.');
  }
  const sent = await collect(req, maxBytes);
  if (!decoder) return sent;
  try {
    return await decoder(sent, { maxOutputLength: maxBytes });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE') throw overLimit(maxBytes);
    throw invalidRequest(`The body does not decompress as ${encoding}.`);
  }
}

async function collect(req: IncomingMessage, maxBytes: number): Promise<Buffer> {
  if (Number(req.headers['content-length'] ?? 0) > maxBytes) throw overLimit(maxBytes);
  const chunks: Buffer[] = [];
  let size = 0;
  try {
    for await (const chunk of req as AsyncIterable<Buffer>) {
      size += chunk.length;
      if (size > maxBytes) break;
      chunks.push(chunk);
    }
  } catch {
    throw invalidRequest('The body ended before it was complete.');
  }
  if (size > maxBytes) throw overLimit(maxBytes);
  return chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks, size);
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

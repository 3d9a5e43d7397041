import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { createGunzip } from 'node:zlib';
import { ImportReader } from '../../domain/imports/import-reader';
import { FileRefused } from '../../domain/rows/file-reader';
import type { FileRecord } from '../../domain/rows/record-scanner';
import type { Import, ImportFile } from '../../store/imports';
import { invalidRequest, Problem } from '../problem';
import type { KeyCall } from '../route';

/** One chunk is no more than this: what a worker reads, checks and stores in a second or so. */
const chunkBytes = 524_288;
const chunkRows = 2_000;
/** A file that no operation takes over is forgotten. */
const abandonedMs = 24 * 3_600_000;
/** A sender that sends nothing for so long is taken for gone. */
const idleMs = 60_000;

type FileCall = KeyCall<unknown, unknown, IncomingMessage>;

/**
 * Stores a file chunk by chunk as it comes, never holding more than one. Whatever ends it early (a limit, a header that does not fit
 * the mapping, a sender that is gone) leaves nothing behind. Throws 400, 413 and 415.
 */
export async function takeFile(call: FileCall, { definition }: Import): Promise<ImportFile> {
  const { deps, ws, body: req, now } = call;
  const upload = randomUUID();
  const { format, delimiter, rows } = definition;
  const reader = new ImportReader({ format, delimiter, rows, limits: deps.importLimits });
  const chunks = new Chunks(call, upload);
  try {
    for await (const bytes of bytesOf(req)) await chunks.add(reader.push(bytes));
    await chunks.add(reader.end());
    await chunks.flush();
    const { rows: chosen, ...found } = reader.found;
    return { upload, ...found, rows: chosen, chunkCount: chunks.count, storedAt: now };
  } catch (error) {
    await deps.store.importChunks.remove(ws, upload);
    // Read to its end, or the sender never hears why.
    req.resume();
    throw toProblem(error, req);
  }
}

/** Rows gathered until they make a chunk. */
class Chunks {
  count = 0;
  #rows: FileRecord[] = [];
  #bytes = 0;

  constructor(
    private readonly call: FileCall,
    private readonly upload: string,
  ) {}

  async add(rows: readonly FileRecord[]): Promise<void> {
    for (const row of rows) {
      this.#rows.push(row);
      this.#bytes += row.bytes.length;
      if (this.#bytes >= chunkBytes || this.#rows.length >= chunkRows) await this.flush();
    }
  }

  async flush(): Promise<void> {
    if (this.#rows.length === 0) return;
    const { deps, ws, now } = this.call;
    const chunk = { records: this.#rows, expiresAt: now + abandonedMs };
    await deps.store.importChunks.add(ws, this.upload, this.count, chunk);
    this.count += 1;
    [this.#rows, this.#bytes] = [[], 0];
  }
}

async function* bytesOf(req: IncomingMessage): AsyncGenerator<Uint8Array, void, undefined> {
  req.setTimeout(idleMs, () => req.destroy());
  const encoding = (req.headers['content-encoding'] ?? 'identity').trim().toLowerCase();
  if (encoding === 'identity') {
    yield* req.iterator({ destroyOnReturn: false }) as AsyncIterable<Uint8Array>;
    return;
  }
  if (encoding !== 'gzip' && encoding !== 'x-gzip')
    throw new Problem(415, 'unsupported-encoding', 'Content-Encoding must be gzip or identity.');
  const gunzip = createGunzip();
  req.once('close', () => {
    if (!req.complete) gunzip.destroy(new Error('aborted'));
  });
  try {
    yield* req.pipe(gunzip) as AsyncIterable<Uint8Array>;
  } finally {
    req.unpipe(gunzip);
  }
}

function toProblem(error: unknown, req: IncomingMessage): unknown {
  if (error instanceof FileRefused)
    return error.code === 'too_large' ? new Problem(413, 'too-large', error.message) : invalidRequest(error.message);
  if (isOfGzip(error)) return invalidRequest('The file does not decompress as gzip.');
  return req.complete ? error : invalidRequest('The file ended before it was complete; send it again.');
}

const isOfGzip = (error: unknown): boolean => /^Z_/.test(String((error as { code?: unknown } | null)?.code));

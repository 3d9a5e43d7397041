import { promisify } from 'node:util';
import { deflateRaw, inflateRaw } from 'node:zlib';
import type { Binary, Collection } from 'mongodb';
import type { FileRecord } from '../domain/rows/record-scanner';
import type { WorkspaceId } from '../domain/ids';
import type { StoreConnection } from './open-store';
import { packRecords, unpackRecords } from './record-frames';

/** A run of records of an uploaded file, compressed. */
interface ImportChunkDoc {
  readonly _id: string;
  readonly ws: WorkspaceId;
  readonly packed: Binary | Buffer;
  /** What an API process left behind that ended during an upload goes by itself. */
  readonly expiresAt: Date;
}

const compress = promisify<Uint8Array, { level: number }, Buffer>(deflateRaw);
const decompress = promisify<Uint8Array, Buffer>(inflateRaw);
/** The quickest: text shrinks to a quarter all the same. */
const level = 1;

const chunkId = (ws: WorkspaceId, upload: string, index: number): string =>
  `${ws}:${upload}:${String(index).padStart(8, '0')}`;
const allOf = (ws: WorkspaceId, upload: string) => ({ _id: { $gte: `${ws}:${upload}:`, $lt: `${ws}:${upload};` } });

/** Files that were sent to be imported, in chunks, until they are. */
export class ImportChunkRepository {
  readonly #chunks: Collection<ImportChunkDoc>;

  constructor({ db }: StoreConnection) {
    this.#chunks = db.collection<ImportChunkDoc>('importChunks');
  }

  async add(
    ws: WorkspaceId,
    upload: string,
    index: number,
    { records, expiresAt }: { readonly records: readonly FileRecord[]; readonly expiresAt: number },
  ): Promise<void> {
    const packed = await compress(packRecords(records), { level });
    await this.#chunks.insertOne({ _id: chunkId(ws, upload, index), ws, packed, expiresAt: new Date(expiresAt) });
  }

  /** `undefined` when it is gone. */
  async find(ws: WorkspaceId, upload: string, index: number): Promise<FileRecord[] | undefined> {
    const doc = await this.#chunks.findOne({ _id: chunkId(ws, upload, index) });
    if (!doc) return undefined;
    const packed = Buffer.isBuffer(doc.packed) ? doc.packed : doc.packed.buffer;
    return unpackRecords(await decompress(packed));
  }

  /** Keeps the chunks of an upload for longer. */
  async keep(ws: WorkspaceId, upload: string, expiresAt: number): Promise<void> {
    await this.#chunks.updateMany(allOf(ws, upload), { $set: { expiresAt: new Date(expiresAt) } });
  }

  async remove(ws: WorkspaceId, upload: string): Promise<void> {
    await this.#chunks.deleteMany(allOf(ws, upload));
  }
}

import { Binary, type Collection } from 'mongodb';
import type { ProfileId, WorkspaceId } from '../domain/ids';
import type { StoreConnection } from './open-store';

/** A part of the file that an export makes. */
interface ExportChunkDoc {
  /** `workspace:operation:n`. */
  readonly _id: string;
  readonly ws: WorkspaceId;
  readonly operation: string;
  readonly profile: ProfileId;
  readonly data: Binary;
  /** A date, since the database removes what is older by itself. */
  readonly expiresAt: Date;
}

const docId = (ws: WorkspaceId, operation: string, n: number): string => `${ws}:${operation}:${n}`;

/** Files of exports, in parts that one process can hold. */
export class ExportChunkRepository {
  readonly #chunks: Collection<ExportChunkDoc>;

  constructor({ db }: StoreConnection) {
    this.#chunks = db.collection<ExportChunkDoc>('exportChunks');
  }

  /** Writing the same part again takes the place of the first. `expiresAt` in epoch milliseconds. */
  async put(
    ws: WorkspaceId,
    { operation, profile, n }: { readonly operation: string; readonly profile: ProfileId; readonly n: number },
    text: string,
    expiresAt: number,
  ): Promise<void> {
    const data = new Binary(Buffer.from(text, 'utf8'));
    const chunk = { ws, operation, profile, data, expiresAt: new Date(expiresAt) };
    await this.#chunks.replaceOne({ _id: docId(ws, operation, n) }, chunk, { upsert: true });
  }

  /** The file part by part, as long as there is a next one. */
  async *read(ws: WorkspaceId, operation: string): AsyncGenerator<Uint8Array> {
    for (let n = 0; ; n += 1) {
      const chunk = await this.#chunks.findOne({ _id: docId(ws, operation, n) });
      if (!chunk) return;
      yield chunk.data.value();
    }
  }

  async countOf(ws: WorkspaceId, profiles: readonly ProfileId[]): Promise<number> {
    return profiles.length === 0 ? 0 : this.#chunks.countDocuments({ ws, profile: { $in: [...profiles] } });
  }

  async removeOf(ws: WorkspaceId, profiles: readonly ProfileId[]): Promise<void> {
    if (profiles.length > 0) await this.#chunks.deleteMany({ ws, profile: { $in: [...profiles] } });
  }
}

import type { Collection } from 'mongodb';
import type { WorkspaceId } from '../domain/ids';
import type { StoreConnection } from './open-store';
import { sealSecrets, unsealSecrets } from './seal';

export interface SourceTestDoc {
  readonly _id: string;
  readonly ws: WorkspaceId;
  readonly sealed: string;
  readonly expiresAt: Date;
}

/** Whoever asked takes it at once, or is gone. */
const keptMs = 2 * 60_000;
const docId = (ws: WorkspaceId, source: string, id: string): string => `${ws}:${source}:${id}`;

/** What tests of sources have read, sealed, for whoever asked: it is personal data, and histories are no place for it. */
export class SourceTestRepository {
  readonly #tests: Collection<SourceTestDoc>;
  readonly #masterKey: Buffer;

  constructor({ db, masterKey }: StoreConnection) {
    this.#tests = db.collection<SourceTestDoc>('sourceTests');
    this.#masterKey = masterKey;
  }

  /** For minutes; what nobody takes the database removes. */
  async keep(ws: WorkspaceId, source: string, id: string, json: string): Promise<void> {
    const _id = docId(ws, source, id);
    const sealed = sealSecrets(this.#masterKey, `test:${_id}`, { json });
    // The database's own clock says when it is over.
    const doc = { ws, sealed, expiresAt: new Date(Date.now() + keptMs) };
    await this.#tests.replaceOne({ _id }, doc, { upsert: true });
  }

  /** Once: what is taken is gone. */
  async take(ws: WorkspaceId, source: string, id: string): Promise<string | undefined> {
    const _id = docId(ws, source, id);
    const test = await this.#tests.findOne({ _id });
    if (!test) return undefined;
    await this.#tests.deleteOne({ _id });
    return unsealSecrets(this.#masterKey, `test:${_id}`, test.sealed)['json'];
  }
}

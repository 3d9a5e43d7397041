import type { ClientSession, Collection } from 'mongodb';
import type { Purpose } from '../domain/consent/purpose';
import type { WorkspaceId } from '../domain/ids';
import type { StoreConnection } from './open-store';

/** What consent is given for, as a workspace defines it. */
export interface PurposeDoc extends Purpose {
  readonly _id: string;
  readonly ws: WorkspaceId;
  readonly name: string;
  readonly description?: string;
  readonly version: number;
  readonly createdAt: number;
  readonly updatedAt: number;
  readonly deletedAt?: number;
}

export type PurposeContent = Omit<PurposeDoc, '_id' | 'ws' | 'version' | 'createdAt' | 'updatedAt' | 'deletedAt'>;

const docId = (ws: WorkspaceId, key: string): string => `${ws}:${key}`;

export class PurposeRepository {
  readonly #purposes: Collection<PurposeDoc>;

  constructor({ db }: StoreConnection) {
    this.#purposes = db.collection<PurposeDoc>('purposes');
  }

  async list(ws: WorkspaceId, session?: ClientSession): Promise<PurposeDoc[]> {
    return this.#purposes
      .find({ ws, deletedAt: { $exists: false } }, { ...(session && { session }) })
      .sort({ key: 1 })
      .toArray();
  }

  async find(ws: WorkspaceId, key: string, session?: ClientSession): Promise<PurposeDoc | undefined> {
    const found = await this.#findEver(ws, key, session);
    return found?.deletedAt === undefined ? found : undefined;
  }

  /** Writes the next version. */
  async save(ws: WorkspaceId, content: PurposeContent, now: number, session: ClientSession): Promise<PurposeDoc> {
    const before = await this.#findEver(ws, content.key, session);
    const isAlive = before !== undefined && before.deletedAt === undefined;
    const doc: PurposeDoc = {
      ...content,
      _id: docId(ws, content.key),
      ws,
      version: (before?.version ?? 0) + 1,
      createdAt: isAlive ? before.createdAt : now,
      updatedAt: now,
    };
    if (before) await this.#purposes.replaceOne({ _id: doc._id }, doc, { session });
    else await this.#purposes.insertOne(doc, { session });
    return doc;
  }

  async delete(ws: WorkspaceId, key: string, now: number, session: ClientSession): Promise<void> {
    const set = { deletedAt: now, updatedAt: now };
    await this.#purposes.updateOne({ _id: docId(ws, key) }, { $set: set, $inc: { version: 1 } }, { session });
  }

  async #findEver(ws: WorkspaceId, key: string, session?: ClientSession): Promise<PurposeDoc | undefined> {
    return (await this.#purposes.findOne({ _id: docId(ws, key) }, { ...(session && { session }) })) ?? undefined;
  }
}

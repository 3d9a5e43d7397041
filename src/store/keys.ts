import type { ClientSession, Collection } from 'mongodb';
import type { WorkspaceId } from '../domain/ids';
import type { KeyDoc } from './documents';
import { makeKeyText } from './key-text';
import type { StoreConnection } from './open-store';

export type NewKey = Pick<
  KeyDoc,
  'name' | 'kind' | 'scopes' | 'source' | 'createdAt' | 'expiresAt' | 'ratePerSecond' | 'replaces'
>;

export class KeyRepository {
  readonly #keys: Collection<KeyDoc>;

  constructor({ db }: StoreConnection) {
    this.#keys = db.collection<KeyDoc>('keys');
  }

  /** Makes a key. Its text is answered here and nowhere else; only its hash is stored. */
  async create(
    ws: WorkspaceId,
    env: string,
    key: NewKey,
    session?: ClientSession,
  ): Promise<{ readonly doc: KeyDoc; readonly text: string }> {
    const { id, text, sha256 } = makeKeyText(env);
    const doc: KeyDoc = { _id: `${ws}:${id}`, ws, id, sha256, ...key };
    await this.#keys.insertOne(doc, { ...(session && { session }) });
    return { doc, text };
  }

  /** The only look-up without a workspace: the key is what names it. */
  async byHash(sha256: string): Promise<KeyDoc | undefined> {
    return (await this.#keys.findOne({ sha256: { $eq: sha256 } })) ?? undefined;
  }

  async list(ws: WorkspaceId): Promise<KeyDoc[]> {
    const docs = await this.#keys.find({ _id: { $gt: `${ws}:`, $lt: `${ws};` } }).toArray();
    return docs.sort((one, other) => one.createdAt - other.createdAt);
  }

  async find(ws: WorkspaceId, id: string, session?: ClientSession): Promise<KeyDoc | undefined> {
    return (await this.#keys.findOne({ _id: `${ws}:${id}` }, { ...(session && { session }) })) ?? undefined;
  }

  /** Lets a key end at an instant, or earlier where it does already. */
  async expire(ws: WorkspaceId, id: string, at: number, session: ClientSession): Promise<void> {
    await this.#keys.updateOne({ _id: `${ws}:${id}` }, { $min: { expiresAt: at } }, { session });
  }

  /** Answers whether there was such a key. Disabling one twice keeps the first time. */
  async disable(ws: WorkspaceId, id: string, at: number): Promise<boolean> {
    const _id = `${ws}:${id}`;
    const result = await this.#keys.updateOne({ _id, disabledAt: { $exists: false } }, { $set: { disabledAt: at } });
    return result.matchedCount === 1 || (await this.#keys.countDocuments({ _id })) === 1;
  }
}

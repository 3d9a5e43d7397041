import type { ClientSession, Collection } from 'mongodb';
import type { WorkspaceId } from '../domain/ids';
import type { DestinationDoc } from './documents';
import type { StoreConnection } from './open-store';
import { sealSecrets, unsealSecrets, type Secrets } from './seal';

export interface DestinationContent extends Pick<
  DestinationDoc,
  'key' | 'type' | 'name' | 'settings' | 'purpose' | 'enabled'
> {
  /** Absent keeps what is sealed. */
  readonly secrets?: Secrets;
}

const docId = (ws: WorkspaceId, key: string): string => `${ws}:${key}`;

export class DestinationRepository {
  readonly #destinations: Collection<DestinationDoc>;
  readonly #masterKey: Buffer;

  constructor({ db, masterKey }: StoreConnection) {
    this.#destinations = db.collection<DestinationDoc>('destinations');
    this.#masterKey = masterKey;
  }

  async list(ws: WorkspaceId): Promise<DestinationDoc[]> {
    return this.#destinations
      .find({ ws, deletedAt: { $exists: false } })
      .sort({ key: 1 })
      .toArray();
  }

  async find(ws: WorkspaceId, key: string, session?: ClientSession): Promise<DestinationDoc | undefined> {
    const found = await this.#findEver(ws, key, session);
    return found?.deletedAt === undefined ? found : undefined;
  }

  /** Writes the next version. A destination that was paused stays so. */
  async save(
    ws: WorkspaceId,
    { secrets, ...content }: DestinationContent,
    now: number,
    session: ClientSession,
  ): Promise<DestinationDoc> {
    const _id = docId(ws, content.key);
    const before = await this.#findEver(ws, content.key, session);
    const alive = before?.deletedAt === undefined ? before : undefined;
    const doc: DestinationDoc = {
      ...content,
      _id,
      ws,
      sealedSecrets: this.#seal(_id, secrets, alive),
      ...(alive?.paused && { paused: alive.paused }),
      version: (before?.version ?? 0) + 1,
      createdAt: alive?.createdAt ?? now,
      updatedAt: now,
    };
    if (before) await this.#destinations.replaceOne({ _id }, doc, { session });
    else await this.#destinations.insertOne(doc, { session });
    return doc;
  }

  /** What the sender of requests needs; nothing else may ask. Throws when the master key is another one. */
  unseal({ _id, sealedSecrets }: Pick<DestinationDoc, '_id' | 'sealedSecrets'>): Secrets {
    return unsealSecrets(this.#masterKey, _id, sealedSecrets);
  }

  /** Pausing twice keeps the first reason. */
  async pause(ws: WorkspaceId, key: string, reason: string, at: number): Promise<void> {
    await this.#destinations.updateOne(
      { _id: docId(ws, key), paused: { $exists: false } },
      { $set: { paused: { reason, at } } },
    );
  }

  async resume(ws: WorkspaceId, key: string, session: ClientSession): Promise<void> {
    await this.#destinations.updateOne({ _id: docId(ws, key) }, { $unset: { paused: '' } }, { session });
  }

  /** The secrets go at once; the rest stays, so that old deliveries can say where they went. */
  async delete(ws: WorkspaceId, key: string, now: number, session: ClientSession): Promise<void> {
    const set = { deletedAt: now, updatedAt: now, sealedSecrets: '' };
    await this.#destinations.updateOne({ _id: docId(ws, key) }, { $set: set }, { session });
  }

  #seal(_id: string, secrets: Secrets | undefined, before: DestinationDoc | undefined): string {
    if (secrets === undefined && before) return before.sealedSecrets;
    return sealSecrets(this.#masterKey, _id, secrets ?? {});
  }

  async #findEver(ws: WorkspaceId, key: string, session?: ClientSession): Promise<DestinationDoc | undefined> {
    return (await this.#destinations.findOne({ _id: docId(ws, key) }, { ...(session && { session }) })) ?? undefined;
  }
}

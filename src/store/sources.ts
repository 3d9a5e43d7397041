import type { ClientSession, Collection } from 'mongodb';
import type { WorkspaceId } from '../domain/ids';
import type { StoreConnection } from './open-store';
import { plainSource, toSourceKey } from './source-key';
import { sealSecrets, unsealSecrets, type Secrets } from './seal';

/** A system that data comes from. Keys and events name it by `key`. */
export interface SourceDoc {
  readonly _id: string;
  readonly ws: WorkspaceId;
  readonly key: string;
  readonly type: string;
  readonly name: string;
  readonly description?: string;
  /** JSON text, because mappings in it name users' data. */
  readonly settingsJson: string;
  /** AES-256-GCM envelope of the secrets' JSON. */
  readonly sealedSecrets: string;
  /** Nothing is taken from it while false. */
  readonly enabled: boolean;
  /** Key of the plan its events are judged by; the workspace's default unless set. */
  readonly trackingPlan?: string;
  readonly version: number;
  readonly createdAt: number;
  readonly updatedAt: number;
  readonly deletedAt?: number;
}

export interface SourceContent extends Pick<
  SourceDoc,
  'key' | 'type' | 'name' | 'description' | 'enabled' | 'trackingPlan'
> {
  readonly settings: unknown;
  /** Absent keeps what is sealed. */
  readonly secrets?: Secrets;
}

const docId = (ws: WorkspaceId, key: string): string => `${ws}:${key}`;
/** Sealed under a name of its own, so that no other document's secrets can be put in its place. */
const sealName = (ws: WorkspaceId, key: string): string => `source:${docId(ws, key)}`;

export class SourceRepository {
  readonly #sources: Collection<SourceDoc>;
  readonly #masterKey: Buffer;

  constructor({ db, masterKey }: StoreConnection) {
    this.#sources = db.collection<SourceDoc>('sources');
    this.#masterKey = masterKey;
  }

  async list(ws: WorkspaceId): Promise<SourceDoc[]> {
    return this.#sources
      .find({ ws, deletedAt: { $exists: false } })
      .sort({ key: 1 })
      .toArray();
  }

  async find(ws: WorkspaceId, key: string, session?: ClientSession): Promise<SourceDoc | undefined> {
    const found = await this.findEver(ws, key, session);
    return found?.deletedAt === undefined ? found : undefined;
  }

  /** Writes the next version. */
  async save(
    ws: WorkspaceId,
    { secrets, settings, ...content }: SourceContent,
    now: number,
    session: ClientSession,
  ): Promise<SourceDoc> {
    const before = await this.findEver(ws, content.key, session);
    const alive = before?.deletedAt === undefined ? before : undefined;
    const doc: SourceDoc = {
      ...content,
      _id: docId(ws, content.key),
      ws,
      settingsJson: JSON.stringify(settings),
      sealedSecrets: this.#seal(sealName(ws, content.key), secrets, alive),
      version: (before?.version ?? 0) + 1,
      createdAt: alive?.createdAt ?? now,
      updatedAt: now,
    };
    if (before) await this.#sources.replaceOne({ _id: doc._id }, doc, { session });
    else await this.#sources.insertOne(doc, { session });
    return doc;
  }

  /** The key of a source that somebody names, which is made where there is none; one that was disconnected is connected again. */
  async ensure(ws: WorkspaceId, name: string, now: number, session: ClientSession): Promise<string> {
    const key = toSourceKey(name);
    const before = await this.findEver(ws, key, session);
    if (!before) await this.#sources.insertOne(plainSource(ws, key, name, now), { session });
    else if (before.deletedAt !== undefined)
      await this.save(ws, { key, type: 'api', name, settings: {}, enabled: true }, now, session);
    return key;
  }

  /** For whoever speaks to the source; nothing else may ask. Throws when the master key is another one. */
  unseal({ ws, key, sealedSecrets }: Pick<SourceDoc, 'ws' | 'key' | 'sealedSecrets'>): Secrets {
    if (sealedSecrets === '') return {};
    return unsealSecrets(this.#masterKey, sealName(ws, key), sealedSecrets);
  }

  /** The secrets go at once; the rest stays, so that old events can say where they came from. */
  async delete(ws: WorkspaceId, key: string, now: number, session: ClientSession): Promise<void> {
    const set = { deletedAt: now, updatedAt: now, enabled: false, sealedSecrets: '' };
    await this.#sources.updateOne({ _id: docId(ws, key) }, { $set: set, $inc: { version: 1 } }, { session });
  }

  #seal(name: string, secrets: Secrets | undefined, before: SourceDoc | undefined): string {
    if (secrets === undefined && before) return before.sealedSecrets;
    return sealSecrets(this.#masterKey, name, secrets ?? {});
  }

  /** Also one that has been disconnected. */
  async findEver(ws: WorkspaceId, key: string, session?: ClientSession): Promise<SourceDoc | undefined> {
    return (await this.#sources.findOne({ _id: docId(ws, key) }, { ...(session && { session }) })) ?? undefined;
  }
}

import type { ClientSession } from 'mongodb';
import type { WorkspaceId } from '../domain/ids';
import { DefinitionRepository, definitionId, type DefinitionDoc } from './definitions';
import type { StoreConnection } from './open-store';
import { plainSource, toSourceKey } from './source-key';
import { sealSecrets, unsealSecrets, type Secrets } from './seal';

/** A system that data comes from. Keys and events name it by `key`. */
export interface SourceDoc extends DefinitionDoc {
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
}

export interface SourceContent extends Pick<
  SourceDoc,
  'key' | 'type' | 'name' | 'description' | 'enabled' | 'trackingPlan'
> {
  readonly settings: unknown;
  /** Absent keeps what is sealed. */
  readonly secrets?: Secrets;
}

/** Sealed under a name of its own, so that no other document's secrets can be put in its place. */
const sealName = (ws: WorkspaceId, key: string): string => `source:${definitionId(ws, key)}`;

export class SourceRepository extends DefinitionRepository<SourceDoc> {
  readonly #masterKey: Buffer;

  constructor({ db, masterKey }: StoreConnection) {
    super(db.collection<SourceDoc>('sources'));
    this.#masterKey = masterKey;
  }

  /** Writes the next version. */
  async save(
    ws: WorkspaceId,
    { key, secrets, settings, ...content }: SourceContent,
    now: number,
    session: ClientSession,
  ): Promise<SourceDoc> {
    const contentOf = (present: SourceDoc | undefined) => ({
      ...content,
      settingsJson: JSON.stringify(settings),
      sealedSecrets: this.#seal(sealName(ws, key), secrets, present),
    });
    return this.write(ws, key, contentOf, now, session);
  }

  /** The key of a source that somebody names, which is made where there is none; one that was disconnected is connected again. */
  async ensure(ws: WorkspaceId, name: string, now: number, session: ClientSession): Promise<string> {
    const key = toSourceKey(name);
    const before = await this.findEver(ws, key, session);
    if (!before) await this.collection.insertOne(plainSource(ws, key, name, now), { session });
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
  override async delete(ws: WorkspaceId, key: string, now: number, session: ClientSession): Promise<void> {
    await this.end(ws, key, { enabled: false, sealedSecrets: '' }, now, session);
  }

  #seal(name: string, secrets: Secrets | undefined, before: SourceDoc | undefined): string {
    if (secrets === undefined && before) return before.sealedSecrets;
    return sealSecrets(this.#masterKey, name, secrets ?? {});
  }
}

import type { ClientSession } from 'mongodb';
import type { WorkspaceId } from '../domain/ids';
import type { DestinationDoc } from './documents';
import { DefinitionRepository, definitionId } from './definitions';
import type { StoreConnection } from './open-store';
import { sealSecrets, unsealSecrets, type Secrets } from './seal';

export interface DestinationContent extends Pick<
  DestinationDoc,
  'key' | 'type' | 'name' | 'settings' | 'purpose' | 'enabled'
> {
  /** Absent keeps what is sealed. */
  readonly secrets?: Secrets;
}

export class DestinationRepository extends DefinitionRepository<DestinationDoc> {
  readonly #masterKey: Buffer;

  constructor({ db, masterKey }: StoreConnection) {
    super(db.collection<DestinationDoc>('destinations'));
    this.#masterKey = masterKey;
  }

  /** Writes the next version. A destination that was paused stays so. */
  async save(
    ws: WorkspaceId,
    { key, secrets, ...content }: DestinationContent,
    now: number,
    session: ClientSession,
  ): Promise<DestinationDoc> {
    const contentOf = (present: DestinationDoc | undefined) => ({
      ...content,
      sealedSecrets: this.#seal(definitionId(ws, key), secrets, present),
      ...(present?.paused && { paused: present.paused }),
    });
    return this.write(ws, key, contentOf, now, session);
  }

  /** What the sender of requests needs; nothing else may ask. Throws when the master key is another one. */
  unseal({ _id, sealedSecrets }: Pick<DestinationDoc, '_id' | 'sealedSecrets'>): Secrets {
    return unsealSecrets(this.#masterKey, _id, sealedSecrets);
  }

  /** Pausing twice keeps the first reason. */
  async pause(ws: WorkspaceId, key: string, reason: string, at: number): Promise<void> {
    await this.collection.updateOne(
      { _id: definitionId(ws, key), paused: { $exists: false } },
      { $set: { paused: { reason, at } } },
    );
  }

  async resume(ws: WorkspaceId, key: string, session: ClientSession): Promise<void> {
    await this.collection.updateOne({ _id: definitionId(ws, key) }, { $unset: { paused: '' } }, { session });
  }

  /** The secrets go at once; the rest stays, so that old deliveries can say where they went. */
  override async delete(ws: WorkspaceId, key: string, now: number, session: ClientSession): Promise<void> {
    await this.end(ws, key, { sealedSecrets: '' }, now, session);
  }

  #seal(_id: string, secrets: Secrets | undefined, before: DestinationDoc | undefined): string {
    if (secrets === undefined && before) return before.sealedSecrets;
    return sealSecrets(this.#masterKey, _id, secrets ?? {});
  }
}

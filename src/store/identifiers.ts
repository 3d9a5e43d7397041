import { LRUCache } from 'lru-cache';
import type { AnyBulkWriteOperation, ClientSession, Collection } from 'mongodb';
import type { Identifier } from '../domain/events/event';
import type { ProfileId, WorkspaceId } from '../domain/ids';
import type { IdentifierWrite } from '../domain/profiles/change-set';
import type { IdentifierDoc } from './documents';
import { identifierKey } from './identifier-key';
import type { StoreConnection } from './open-store';

const rememberedKeys = 20_000;

export class IdentifierRepository {
  readonly #identifiers: Collection<IdentifierDoc>;
  readonly #masterKey: Buffer;
  /** People come again: looking a key up costs a tenth of working it out. */
  readonly #keys = new LRUCache<string, string>({ max: rememberedKeys });

  constructor({ db, masterKey }: StoreConnection) {
    this.#identifiers = db.collection<IdentifierDoc>('identifiers');
    this.#masterKey = masterKey;
  }

  key(ws: WorkspaceId, identifier: Identifier): string {
    const name = `${ws}\n${identifier.type}\n${identifier.value}`;
    const known = this.#keys.get(name);
    if (known !== undefined) return known;
    const key = identifierKey(this.#masterKey, ws, identifier);
    this.#keys.set(name, key);
    return key;
  }

  /** Owner by identifier key, for those that are known. */
  async owners(keys: readonly string[], session?: ClientSession): Promise<Map<string, ProfileId>> {
    if (keys.length === 0) return new Map();
    const rows = await this.#identifiers
      .find({ _id: { $in: [...keys] } }, { projection: { profile: 1 }, ...(session && { session }) })
      .toArray();
    return new Map(rows.map((row) => [row._id, row.profile]));
  }

  async ownerOf(ws: WorkspaceId, identifier: Identifier): Promise<ProfileId | undefined> {
    const key = this.key(ws, identifier);
    return (await this.owners([key])).get(key);
  }

  async write(ws: WorkspaceId, writes: readonly IdentifierWrite[], session: ClientSession): Promise<void> {
    if (writes.length === 0) return;
    const operations = writes.map(
      ({ identifier, profile, firstSeenAt, change }): AnyBulkWriteOperation<IdentifierDoc> => {
        const _id = this.key(ws, identifier);
        return change === 'new'
          ? { insertOne: { document: { _id, ws, type: identifier.type, profile, firstSeenAt } } }
          : { updateOne: { filter: { _id }, update: { $set: { profile } } } };
      },
    );
    await this.#identifiers.bulkWrite(operations, { session, ordered: false });
  }
}

import { LRUCache } from 'lru-cache';
import type { AnyBulkWriteOperation, ClientSession, Collection } from 'mongodb';
import type { Identifier } from '../domain/events/event';
import { identifierName } from '../domain/identity/identifier-types';
import type { IdentifierNote } from '../domain/identity/quarantine';
import type { ProfileId, WorkspaceId } from '../domain/ids';
import type { IdentifierWrite } from '../domain/profiles/change-set';
import type { IdentifierDoc } from './documents';
import { GatheredDocs } from './gathered-reads';
import { toNote } from './identifier-notes';
import { identifierKey } from './identifier-key';
import type { StoreConnection } from './open-store';

const rememberedKeys = 20_000;
const ownerFields = { profile: 1, messageId: 1 } as const;
const readFields = { profile: 1, erasedAt: 1, rev: 1, people: 1, quarantinedAt: 1, quarantine: 1 } as const;

export class IdentifierRepository {
  readonly #identifiers: Collection<IdentifierDoc>;
  readonly #masterKey: Buffer;
  /** People come again: looking a key up costs a tenth of working it out. */
  readonly #keys = new LRUCache<string, string>({ max: rememberedKeys });
  readonly #owners: GatheredDocs<IdentifierDoc>;

  constructor({ db, masterKey }: StoreConnection) {
    this.#identifiers = db.collection<IdentifierDoc>('identifiers');
    this.#owners = new GatheredDocs(this.#identifiers, ownerFields);
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

  /** By identifier key: who owns it, and when it was erased. */
  async read(keys: readonly string[], session?: ClientSession): Promise<IdentifiersRead> {
    if (keys.length === 0) return { owners: new Map(), erased: new Map(), notes: new Map() };
    const options = { projection: readFields, ...(session && { session }) };
    const rows = await this.#identifiers.find({ _id: { $in: [...keys] } }, options).toArray();
    const owned = rows.flatMap(({ _id, profile }) => (profile === undefined ? [] : [[_id, profile] as const]));
    const erased = rows.flatMap(({ _id, erasedAt }) => (erasedAt === undefined ? [] : [[_id, erasedAt] as const]));
    const notes = rows.flatMap((row) => {
      const note = toNote(row);
      return note ? [[row._id, note] as const] : [];
    });
    return { owners: new Map(owned), erased: new Map(erased), notes: new Map(notes) };
  }

  /** The first of these that somebody has, with who, and the id of the event that brought it, where that is known. */
  async firstOwned(ws: WorkspaceId, identifiers: readonly Identifier[]): Promise<Owned | undefined> {
    const rows = await Promise.all(identifiers.map((one) => this.#owners.find(this.key(ws, one))));
    const owned = identifiers.flatMap((identifier, at) => {
      const { profile, messageId } = rows[at] ?? {};
      return profile ? [{ identifier, profile, ...(messageId !== undefined && { messageId }) }] : [];
    });
    return owned[0];
  }

  /** Which event brought each identifier, and who sent it; those of which that is not known are left out. */
  async broughtBy(ws: WorkspaceId, identifiers: readonly Identifier[]): Promise<Map<string, Brought>> {
    const names = new Map(identifiers.map((one) => [this.key(ws, one), identifierName(one)]));
    const projection = { messageId: 1, source: 1 };
    const rows = await this.#identifiers.find({ _id: { $in: [...names.keys()] } }, { projection }).toArray();
    return new Map(
      rows.flatMap(({ _id, messageId, source = '' }) =>
        messageId === undefined ? [] : [[names.get(_id) ?? '', { messageId, source }] as const],
      ),
    );
  }

  /** Whether anybody was ever erased and has not come back. */
  async hasErased(ws: WorkspaceId): Promise<boolean> {
    const filter = { ws, erasedAt: { $gte: 0 } };
    return (await this.#identifiers.findOne(filter, { projection: { _id: 1 } })) !== null;
  }

  async ownerOf(ws: WorkspaceId, identifier: Identifier, session?: ClientSession): Promise<ProfileId | undefined> {
    const key = this.key(ws, identifier);
    return (await this.read([key], session)).owners.get(key);
  }

  /** Answers how many were written; fewer means that one which was to be lifted is not erased any more. */
  async write(ws: WorkspaceId, writes: readonly IdentifierWrite[], session: ClientSession): Promise<number> {
    if (writes.length === 0) return 0;
    const operations = writes.map(
      ({ identifier, profile, firstSeenAt, change, ...by }): AnyBulkWriteOperation<IdentifierDoc> => {
        const _id = this.key(ws, identifier);
        if (change === 'new')
          return { insertOne: { document: { _id, ws, type: identifier.type, profile, firstSeenAt, ...by } } };
        if (change === 'move')
          return { updateOne: { filter: { _id }, update: { $set: { profile, firstSeenAt, ...by } } } };
        const update = { $set: { profile, firstSeenAt, ...by }, $unset: { erasedAt: '' } } as const;
        return { updateOne: { filter: { _id, erasedAt: { $exists: true } }, update } };
      },
    );
    const result = await this.#identifiers.bulkWrite(operations, { session, ordered: false });
    return result.insertedCount + result.matchedCount;
  }

  /** Leaves of each nothing but its key and when, also of those that nobody had. */
  async erase(
    ws: WorkspaceId,
    identifiers: readonly Identifier[],
    erasedAt: number,
    session: ClientSession,
  ): Promise<void> {
    if (identifiers.length === 0) return;
    const operations = identifiers.map((identifier) => {
      const update = {
        $set: { ws, type: identifier.type, erasedAt },
        $unset: {
          profile: '',
          firstSeenAt: '',
          messageId: '',
          source: '',
          rev: '',
          people: '',
          quarantinedAt: '',
          quarantine: '',
        },
      } as const;
      return { updateOne: { filter: { _id: this.key(ws, identifier) }, update, upsert: true } };
    });
    await this.#identifiers.bulkWrite(operations, { session, ordered: false });
  }

  /** Whoever comes with one of these is somebody new. */
  async remove(ws: WorkspaceId, identifiers: readonly Identifier[], session: ClientSession): Promise<void> {
    const keys = identifiers.map((identifier) => this.key(ws, identifier));
    if (keys.length > 0) await this.#identifiers.deleteMany({ _id: { $in: keys } }, { session });
  }
}

/** An identifier that somebody has. */
export interface Owned {
  readonly identifier: Identifier;
  readonly profile: ProfileId;
  readonly messageId?: string;
}

/** By which event, and from whom, an identifier came. */
export interface Brought {
  readonly messageId: string;
  readonly source: string;
}

/** What is known of identifiers, by key. */
export interface IdentifiersRead {
  readonly owners: ReadonlyMap<string, ProfileId>;
  readonly erased: ReadonlyMap<string, number>;
  readonly notes: ReadonlyMap<string, IdentifierNote>;
}

import type { AnyBulkWriteOperation, ClientSession, Collection } from 'mongodb';
import type { Identifier } from '../domain/events/event';
import type { IdentifierNote } from '../domain/identity/quarantine';
import type { ProfileId, WorkspaceId } from '../domain/ids';
import type { IdentifierNoteWrite } from '../domain/profiles/change-set';
import type { IdentifierDoc } from './documents';
import { identifierKey } from './identifier-key';
import type { StoreConnection } from './open-store';

/** An identifier in quarantine. */
export type QuarantinedDoc = IdentifierDoc & Required<Pick<IdentifierDoc, 'quarantinedAt' | 'quarantine'>>;

/** What is remembered of identifiers beside who has them, in the documents of `IdentifierRepository`. */
export class IdentifierNoteRepository {
  readonly #identifiers: Collection<IdentifierDoc>;
  readonly #masterKey: Buffer;

  constructor({ db, masterKey }: StoreConnection) {
    this.#identifiers = db.collection<IdentifierDoc>('identifiers');
    this.#masterKey = masterKey;
  }

  /** Answers how many were written; fewer means that one is not as it was read. */
  async write(ws: WorkspaceId, writes: readonly IdentifierNoteWrite[], session: ClientSession): Promise<number> {
    if (writes.length === 0) return 0;
    const operations = writes.map((write): AnyBulkWriteOperation<IdentifierDoc> => {
      const { identifier, note, readRev, isNew } = write;
      const _id = identifierKey(this.#masterKey, ws, identifier);
      const $set = fieldsOf(identifier, note);
      if (isNew) return { insertOne: { document: { _id, ws, type: identifier.type, ...$set } } };
      const asRead = { rev: readRev ?? { $exists: false }, erasedAt: { $exists: false } };
      const $unset = note.quarantine && { profile: '' as const, firstSeenAt: '' as const };
      return { updateOne: { filter: { _id, ...asRead }, update: { $set, ...($unset && { $unset }) } } };
    });
    const result = await this.#identifiers.bulkWrite(operations, { session, ordered: false });
    return result.insertedCount + result.matchedCount;
  }

  /** The profile of events that name nobody but this identifier, which is in quarantine. */
  async keeperOf(ws: WorkspaceId, identifier: Identifier, session?: ClientSession): Promise<ProfileId | undefined> {
    const _id = identifierKey(this.#masterKey, ws, identifier);
    return (await this.#identifiers.findOne({ _id }, session && { session }))?.quarantine?.keeper;
  }

  /** Newest first; those before an instant, without the first `skip` of them. */
  async quarantined(ws: WorkspaceId, limit: number, before?: number, skip = 0): Promise<QuarantinedDoc[]> {
    const range = { $gte: 0, ...(before !== undefined && { $lt: before }) };
    const query = this.#identifiers.find({ ws, quarantinedAt: range }).sort({ quarantinedAt: -1, _id: -1 });
    return (await query.skip(skip).limit(limit).toArray()).filter(isQuarantined);
  }

  /** Identifiers that are in quarantine, counted to `most`: all of them, or those that were put there since. */
  async countQuarantined(ws: WorkspaceId, most: number, since = 0): Promise<number> {
    return this.#identifiers.countDocuments({ ws, quarantinedAt: { $gte: since } }, { limit: most });
  }

  /** Lets it be whoever's comes with it next, as if nobody ever had. Answers whether it was in quarantine. */
  async release(ws: WorkspaceId, id: string): Promise<boolean> {
    const filter = { _id: docIdOf(ws, id), quarantinedAt: { $exists: true } };
    return (await this.#identifiers.deleteOne(filter)).deletedCount === 1;
  }
}

/** How an identifier is named to the outside: by its key, without the workspace. */
export const quarantineIdOf = ({ _id, ws }: Pick<IdentifierDoc, '_id' | 'ws'>): string => _id.slice(ws.length + 1);
const docIdOf = (ws: WorkspaceId, id: string): string => `${ws}:${id}`;

const isQuarantined = (row: IdentifierDoc): row is QuarantinedDoc =>
  row.quarantinedAt !== undefined && row.quarantine !== undefined;

function fieldsOf({ value }: Identifier, { rev, people, quarantine }: IdentifierNote) {
  if (!quarantine) return { rev, people };
  const { at, ...of } = quarantine;
  return { rev, people, quarantinedAt: at, quarantine: { ...of, value } };
}

/** What is remembered, as the fold reads it. */
export function toNote({
  rev,
  people = [],
  quarantinedAt,
  quarantine,
}: Partial<IdentifierDoc>): IdentifierNote | undefined {
  if (rev === undefined) return undefined;
  if (quarantinedAt === undefined || !quarantine) return { rev, people };
  const { reason, source, keeper } = quarantine;
  return { rev, people, quarantine: { at: quarantinedAt, reason, source, ...(keeper !== undefined && { keeper }) } };
}

import type { ClientSession, Collection } from 'mongodb';
import type { WorkspaceId } from '../domain/ids';
import { statementOf, type AudienceStatement } from './audiences';
import type { AudienceDoc } from './documents';
import { definitionId } from './definitions';
import type { StoreConnection } from './open-store';

/** What an audience said from one save to the next. */
export interface AudienceVersionDoc extends AudienceStatement, Pick<AudienceDoc, 'version'> {
  readonly _id: string;
  readonly ws: WorkspaceId;
  /** The audience, with its workspace. */
  readonly of: string;
  readonly savedAt: number;
  /** Id of the key. */
  readonly savedBy: string;
  /** From when until when its rule decided; the first is absent of one that has not, or not yet. */
  readonly servedFrom?: number;
  readonly servedUntil?: number;
  /** Why it never did. */
  readonly endedAs?: 'cancelled' | 'replaced';
}

/** Every version of every audience, also of those that were deleted. Written where the audience is saved; what it says never changes. */
export class AudienceVersionRepository {
  readonly #versions: Collection<AudienceVersionDoc>;

  constructor({ db }: StoreConnection) {
    this.#versions = db.collection<AudienceVersionDoc>('audienceVersions');
  }

  /** What was just saved: it serves from now on, unless it is being prepared. */
  async add(audience: AudienceDoc, savedBy: string, session: ClientSession): Promise<void> {
    const { ws, key, version, updatedAt: savedAt, next } = audience;
    const of = definitionId(ws, key);
    const served = !next && { servedFrom: savedAt };
    const doc = {
      _id: `${of}:${version}`,
      ws,
      of,
      version,
      ...statementOf(next ?? audience),
      savedAt,
      savedBy,
      ...served,
    };
    await this.#versions.insertOne(doc, { session });
  }

  /** What becomes of a version. */
  async mark(
    { ws, key }: Pick<AudienceDoc, 'ws' | 'key'>,
    version: number,
    fate: Pick<AudienceVersionDoc, 'servedFrom' | 'servedUntil' | 'endedAs'>,
    session: ClientSession,
  ): Promise<void> {
    await this.#versions.updateOne({ _id: `${definitionId(ws, key)}:${version}` }, { $set: fate }, { session });
  }

  async find(ws: WorkspaceId, key: string, version: number): Promise<AudienceVersionDoc | undefined> {
    return (await this.#versions.findOne({ _id: `${definitionId(ws, key)}:${version}` })) ?? undefined;
  }

  /** Newest first, those before a version. */
  async page(ws: WorkspaceId, key: string, limit: number, before = Infinity): Promise<AudienceVersionDoc[]> {
    const filter = { of: definitionId(ws, key), version: { $lt: before } };
    return this.#versions.find(filter).sort({ version: -1 }).limit(limit).toArray();
  }
}

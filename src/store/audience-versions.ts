import type { ClientSession, Collection } from 'mongodb';
import type { WorkspaceId } from '../domain/ids';
import type { AudienceStatement } from './audiences';
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
}

/** Every version of every audience, also of those that were deleted. Written where the audience is saved, and never changed. */
export class AudienceVersionRepository {
  readonly #versions: Collection<AudienceVersionDoc>;

  constructor({ db }: StoreConnection) {
    this.#versions = db.collection<AudienceVersionDoc>('audienceVersions');
  }

  async add(audience: AudienceDoc, savedBy: string, session: ClientSession): Promise<void> {
    const { ws, key, version, updatedAt, name, description, labels, ruleJson, holdout, public: isPublic } = audience;
    const { variablesJson } = audience;
    const content = {
      name,
      ...(description !== undefined && { description }),
      ...(labels && { labels }),
      ruleJson,
      ...(isPublic && { public: isPublic }),
      ...(holdout && { holdout }),
      ...(variablesJson !== undefined && { variablesJson }),
    };
    const of = definitionId(ws, key);
    const doc = { _id: `${of}:${version}`, ws, of, version, ...content, savedAt: updatedAt, savedBy };
    await this.#versions.insertOne(doc, { session });
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

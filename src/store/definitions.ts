import type { ClientSession, Collection, Filter, OptionalUnlessRequiredId, UpdateFilter } from 'mongodb';
import type { WorkspaceId } from '../domain/ids';
import { GatheredDocs } from './gathered-reads';

export interface DefinitionDoc {
  readonly _id: string;
  readonly ws: WorkspaceId;
  readonly key: string;
  readonly version: number;
  readonly createdAt: number;
  readonly updatedAt: number;
  readonly deletedAt?: number;
}

/** What a kind of definition says beside what all have. */
export type ContentOf<Doc extends DefinitionDoc> = Omit<Doc, keyof DefinitionDoc>;

/** The number of the next save: no version that was ever saved has it. */
export const nextVersionOf = (
  before: (Pick<DefinitionDoc, 'version'> & { lastVersion?: number }) | undefined,
): number => (before?.lastVersion ?? before?.version ?? 0) + 1;

export const definitionId = (ws: WorkspaceId, key: string): string => `${ws}:${key}`;

/** What a workspace defines under keys. Versions go on when the key of something deleted is used again. */
export class DefinitionRepository<Doc extends DefinitionDoc> {
  readonly #docs: GatheredDocs<Doc>;

  constructor(protected readonly collection: Collection<Doc>) {
    this.#docs = new GatheredDocs(collection);
  }

  /** All that are not deleted, by key. */
  async list(ws: WorkspaceId, session?: ClientSession): Promise<Doc[]> {
    const filter = { ws, deletedAt: { $exists: false } } as Filter<Doc>;
    const options = session && { session };
    return (await this.collection.find(filter, options).sort({ key: 1 }).toArray()) as Doc[];
  }

  async find(ws: WorkspaceId, key: string, session?: ClientSession): Promise<Doc | undefined> {
    const found = await this.findEver(ws, key, session);
    return found?.deletedAt === undefined ? found : undefined;
  }

  /** Also one that was deleted. */
  async findEver(ws: WorkspaceId, key: string, session?: ClientSession): Promise<Doc | undefined> {
    return this.#docs.find(definitionId(ws, key), session);
  }

  async delete(ws: WorkspaceId, key: string, now: number, session: ClientSession): Promise<void> {
    await this.end(ws, key, {}, now, session);
  }

  /** Writes the next version; `contentOf` is given the present one, where there is one. */
  protected async write(
    ws: WorkspaceId,
    key: string,
    contentOf: (present: Doc | undefined) => ContentOf<Doc>,
    now: number,
    session: ClientSession,
  ): Promise<Doc> {
    const before = await this.findEver(ws, key, session);
    const present = before?.deletedAt === undefined ? before : undefined;
    const version = nextVersionOf(before);
    const common = {
      _id: definitionId(ws, key),
      ws,
      key,
      version,
      createdAt: present?.createdAt ?? now,
      updatedAt: now,
    };
    const doc = { ...contentOf(present), ...common } as unknown as Doc;
    if (before) await this.collection.replaceOne(this.one(ws, key), doc, { session });
    else await this.collection.insertOne(doc as OptionalUnlessRequiredId<Doc>, { session });
    return doc;
  }

  /** Deletes it, with what is to be gone from it. */
  protected async end(
    ws: WorkspaceId,
    key: string,
    gone: Partial<ContentOf<Doc>>,
    now: number,
    session: ClientSession,
  ): Promise<void> {
    const update = { $set: { ...gone, deletedAt: now, updatedAt: now } };
    await this.collection.updateOne(this.one(ws, key), update as unknown as UpdateFilter<Doc>, { session });
  }

  protected one(ws: WorkspaceId, key: string): Filter<Doc> {
    return { _id: definitionId(ws, key) } as Filter<Doc>;
  }
}

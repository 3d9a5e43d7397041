import type { ClientSession, Collection } from 'mongodb';
import type { WorkspaceId } from '../domain/ids';
import type { AudienceDoc } from './documents';
import type { StoreConnection } from './open-store';

export type AudienceContent = Pick<AudienceDoc, 'key' | 'name' | 'description' | 'labels' | 'ruleJson'>;

const docId = (ws: WorkspaceId, key: string): string => `${ws}:${key}`;

export class AudienceRepository {
  readonly #audiences: Collection<AudienceDoc>;

  constructor({ db }: StoreConnection) {
    this.#audiences = db.collection<AudienceDoc>('audiences');
  }

  /** Every living audience, by key. */
  async list(ws: WorkspaceId, session?: ClientSession): Promise<AudienceDoc[]> {
    return this.#audiences
      .find({ ws, deletedAt: { $exists: false } }, { ...(session && { session }) })
      .sort({ key: 1 })
      .toArray();
  }

  async find(ws: WorkspaceId, key: string, session?: ClientSession): Promise<AudienceDoc | undefined> {
    const found = await this.findEver(ws, key, session);
    return found?.deletedAt === undefined ? found : undefined;
  }

  /** Also one that was deleted: its versions go on when the key is used again. */
  async findEver(ws: WorkspaceId, key: string, session?: ClientSession): Promise<AudienceDoc | undefined> {
    return (await this.#audiences.findOne({ _id: docId(ws, key) }, { ...(session && { session }) })) ?? undefined;
  }

  /** Writes the next version. The transaction also raises the ruleset to `sinceRuleset`. */
  async save(
    ws: WorkspaceId,
    content: AudienceContent,
    { sinceRuleset, now }: { readonly sinceRuleset: number; readonly now: number },
    session: ClientSession,
  ): Promise<AudienceDoc> {
    const before = await this.findEver(ws, content.key, session);
    const isAlive = before !== undefined && before.deletedAt === undefined;
    const doc: AudienceDoc = {
      ...content,
      _id: docId(ws, content.key),
      ws,
      version: (before?.version ?? 0) + 1,
      sinceRuleset,
      status: 'computing',
      createdAt: isAlive ? before.createdAt : now,
      updatedAt: now,
    };
    if (before) await this.#audiences.replaceOne({ _id: doc._id }, doc, { session });
    else await this.#audiences.insertOne(doc, { session });
    return doc;
  }

  async delete(ws: WorkspaceId, key: string, now: number, session: ClientSession): Promise<void> {
    await this.#audiences.updateOne({ _id: docId(ws, key) }, { $set: { deletedAt: now, updatedAt: now } }, { session });
  }

  /** Those whose definition counts since `rulesetVersion` or before: every profile has been evaluated under it. */
  async markReady(ws: WorkspaceId, rulesetVersion: number): Promise<void> {
    await this.#audiences.updateMany(
      { ws, status: 'computing', sinceRuleset: { $lte: rulesetVersion } },
      { $set: { status: 'ready' } },
    );
  }
}

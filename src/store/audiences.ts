import type { ClientSession } from 'mongodb';
import type { WorkspaceId } from '../domain/ids';
import { definitionId, DefinitionRepository } from './definitions';
import type { AudienceDoc } from './documents';
import type { StoreConnection } from './open-store';

export type AudienceContent = Pick<AudienceDoc, 'key' | 'name' | 'description' | 'labels' | 'ruleJson'>;

export class AudienceRepository extends DefinitionRepository<AudienceDoc> {
  constructor({ db }: StoreConnection) {
    super(db.collection<AudienceDoc>('audiences'));
  }

  /** Writes the next version. The transaction also raises the ruleset to `sinceRuleset`. */
  async save(
    ws: WorkspaceId,
    { key, ...content }: AudienceContent,
    { sinceRuleset, now }: { readonly sinceRuleset: number; readonly now: number },
    session: ClientSession,
  ): Promise<AudienceDoc> {
    const starOf = (present?: AudienceDoc) => (present?.isStarred ? { isStarred: present.isStarred } : {});
    return this.write(
      ws,
      key,
      (present) => ({ ...content, ...starOf(present), sinceRuleset, status: 'computing' }),
      now,
      session,
    );
  }

  /** Answers whether there is such an audience. Makes no version of it. */
  async star(ws: WorkspaceId, key: string, isStarred: boolean): Promise<boolean> {
    const filter = { _id: definitionId(ws, key), deletedAt: { $exists: false } };
    const update = isStarred ? { $set: { isStarred: true as const } } : { $unset: { isStarred: '' as const } };
    return (await this.collection.updateOne(filter, update)).matchedCount === 1;
  }

  /** Those whose definition counts since `rulesetVersion` or before: every profile has been evaluated under it. */
  async markReady(ws: WorkspaceId, rulesetVersion: number): Promise<void> {
    await this.collection.updateMany(
      { ws, status: 'computing', sinceRuleset: { $lte: rulesetVersion } },
      { $set: { status: 'ready' } },
    );
  }
}

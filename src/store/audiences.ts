import type { ClientSession } from 'mongodb';
import type { WorkspaceId } from '../domain/ids';
import { DefinitionRepository } from './definitions';
import type { AudienceDoc } from './documents';
import type { StoreConnection } from './open-store';

export type AudienceContent = Pick<AudienceDoc, 'key' | 'name' | 'description' | 'labels' | 'ruleJson' | 'holdout'>;

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
    return this.write(ws, key, () => ({ ...content, sinceRuleset, status: 'computing' }), now, session);
  }

  /** Those whose definition counts since `rulesetVersion` or before: every profile has been evaluated under it. */
  async markReady(ws: WorkspaceId, rulesetVersion: number): Promise<void> {
    await this.collection.updateMany(
      { ws, status: 'computing', sinceRuleset: { $lte: rulesetVersion } },
      { $set: { status: 'ready' } },
    );
  }
}

import { LRUCache } from 'lru-cache';
import type { ClientSession } from 'mongodb';
import type { ToldAudiences } from '../domain/audiences/told-audiences';
import type { WorkspaceId } from '../domain/ids';
import { definitionId, DefinitionRepository } from './definitions';
import type { AudienceDoc } from './documents';
import type { StoreConnection } from './open-store';

/** What somebody wrote of an audience. */
export type AudienceStatement = Pick<
  AudienceDoc,
  'name' | 'description' | 'labels' | 'ruleJson' | 'public' | 'holdout' | 'variablesJson'
>;
export type AudienceContent = AudienceStatement & Pick<AudienceDoc, 'key'>;

/** How long a change of what is public may stay unseen, also where another process saved it. */
const toldMs = 1_000;
const toldWorkspaces = 1_000;

export class AudienceRepository extends DefinitionRepository<AudienceDoc> {
  readonly #told = new LRUCache<WorkspaceId, Promise<ToldAudiences>>({ max: toldWorkspaces, ttl: toldMs });

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
    const publicSince = (present?: AudienceDoc) =>
      content.public && { publicSince: present?.publicSince ?? sinceRuleset };
    const starOf = (present?: AudienceDoc) => present?.isStarred && { isStarred: present.isStarred };
    const contentOf = (present?: AudienceDoc) => ({
      ...{ ...content, ...publicSince(present), ...starOf(present) },
      ...{ sinceRuleset, status: 'computing' as const },
    });
    return this.write(ws, key, contentOf, now, session);
  }

  /** Which audiences there are, and since when each is public: as it was at most a second ago. */
  told(ws: WorkspaceId): Promise<ToldAudiences> {
    const known = this.#told.get(ws);
    if (known) return known;
    const reading = this.#readTold(ws);
    this.#told.set(ws, reading);
    // What could not be read is asked again by the next.
    reading.catch(() => void this.#told.delete(ws));
    return reading;
  }

  async #readTold(ws: WorkspaceId): Promise<ToldAudiences> {
    const projection = { _id: 0, key: 1, publicSince: 1, variablesJson: 1, sinceRuleset: 1 };
    const rows = await this.collection
      .find<Pick<AudienceDoc, 'key' | 'publicSince' | 'variablesJson' | 'sinceRuleset'>>(
        { ws, deletedAt: { $exists: false } },
        { projection },
      )
      .toArray();
    return new Map(rows.map(({ key, ...told }) => [key, told]));
  }

  /** Answers whether there is such an audience. Makes no version of it. */
  async star(ws: WorkspaceId, key: string, isStarred: boolean): Promise<boolean> {
    const filter = { _id: definitionId(ws, key), deletedAt: { $exists: false } };
    const update = isStarred ? { $set: { isStarred: true as const } } : { $unset: { isStarred: '' as const } };
    return (await this.collection.updateOne(filter, update)).matchedCount === 1;
  }

  /** What their rules read has changed: they mean something else since `sinceRuleset`. Makes no version of them. */
  async markComputing(
    ws: WorkspaceId,
    keys: readonly string[],
    sinceRuleset: number,
    session: ClientSession,
  ): Promise<void> {
    const filter = { _id: { $in: keys.map((key) => definitionId(ws, key)) } };
    if (keys.length > 0)
      await this.collection.updateMany(filter, { $set: { sinceRuleset, status: 'computing' } }, { session });
  }

  /** Those whose definition counts since `rulesetVersion` or before: every profile has been evaluated under it. */
  async markReady(ws: WorkspaceId, rulesetVersion: number): Promise<void> {
    await this.collection.updateMany(
      { ws, status: 'computing', sinceRuleset: { $lte: rulesetVersion } },
      { $set: { status: 'ready' } },
    );
  }
}

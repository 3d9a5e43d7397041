import { LRUCache } from 'lru-cache';
import type { ClientSession } from 'mongodb';
import type { ToldAudiences } from '../domain/audiences/told-audiences';
import type { WorkspaceId } from '../domain/ids';
import { omit } from '../domain/json';
import { definitionId, DefinitionRepository, nextVersionOf } from './definitions';
import type { AudienceDoc, NextVersion } from './documents';
import type { StoreConnection } from './open-store';

/** What somebody wrote of an audience. */
export type AudienceStatement = Pick<
  AudienceDoc,
  'name' | 'description' | 'labels' | 'ruleJson' | 'public' | 'holdout' | 'variablesJson'
>;
export type AudienceContent = AudienceStatement & Pick<AudienceDoc, 'key'>;

/** When a version is saved, since which ruleset it counts or is prepared, and whether whom it moves begins journeys. */
interface SaveAt extends Pick<NextVersion, 'sinceRuleset' | 'startsJourneys'> {
  readonly now: number;
}

/** How long a change of what is public may stay unseen, also where another process saved it. */
const toldMs = 1_000;
const toldWorkspaces = 1_000;

export class AudienceRepository extends DefinitionRepository<AudienceDoc> {
  readonly #told = new LRUCache<WorkspaceId, Promise<ToldAudiences>>({ max: toldWorkspaces, ttl: toldMs });

  constructor({ db }: StoreConnection) {
    super(db.collection<AudienceDoc>('audiences'));
  }

  /** Writes the next version, which counts at once. The transaction also raises the ruleset to `sinceRuleset`. */
  async save(
    ws: WorkspaceId,
    { key, ...content }: AudienceContent,
    { sinceRuleset, startsJourneys, now }: SaveAt,
    session: ClientSession,
  ): Promise<AudienceDoc> {
    const publicSince = (present?: AudienceDoc) =>
      content.public && { publicSince: present?.publicSince ?? sinceRuleset };
    const starOf = (present?: AudienceDoc) => present?.isStarred && { isStarred: present.isStarred };
    const isKept = (present?: AudienceDoc) => present?.ruleJson === content.ruleJson && hasBeenReady(present);
    const contentOf = (present?: AudienceDoc) => ({
      ...{ ...content, ...publicSince(present), ...starOf(present) },
      ...(isKept(present) && { hasBeenReady: true as const }),
      ...{ sinceRuleset, ...(startsJourneys && { startsJourneys }), status: 'computing' as const },
    });
    return this.write(ws, key, contentOf, now, session);
  }

  /** Writes the next version, which is to be prepared while the present one serves. The transaction also raises the ruleset. */
  async prepare(
    before: AudienceDoc,
    content: AudienceStatement,
    at: SaveAt & Pick<NextVersion, 'startedAt'>,
    session: ClientSession,
  ): Promise<AudienceDoc> {
    const { now, ...since } = at;
    const next = { ...statementOf(content), servingVersion: servingVersionOf(before), ...since };
    const doc = { ...omit(before, 'lastVersion'), version: nextVersionOf(before), next, updatedAt: now };
    return this.#replace(doc, session);
  }

  /** Has what is being prepared never serve. The transaction also raises the ruleset. */
  async cancelNext(before: AudienceDoc, now: number, session: ClientSession): Promise<AudienceDoc> {
    const { next, ...present } = before;
    if (!next) return before;
    const lastVersion = nextVersionOf(before) - 1;
    return this.#replace({ ...present, version: next.servingVersion, lastVersion, updatedAt: now }, session);
  }

  /** Has what was prepared serve. The transaction also raises the ruleset, to `sinceRuleset` or beyond. */
  async serveNext(before: AudienceDoc, sinceRuleset: number, session: ClientSession): Promise<AudienceDoc> {
    const { next, ...present } = before;
    if (!next) return before;
    const { createdAt, updatedAt, _id, ws, key, version, isStarred, publicSince } = present;
    return this.#replace(
      {
        ...{ _id, ws, key, version, createdAt, updatedAt, ...(isStarred && { isStarred }) },
        ...statementOf(next),
        ...(next.public && { publicSince: publicSince ?? sinceRuleset }),
        ...(next.startsJourneys && { startsJourneys: next.startsJourneys }),
        ...{ sinceRuleset, status: 'computing', hasBeenReady: true },
      },
      session,
    );
  }

  async #replace(doc: AudienceDoc, session: ClientSession): Promise<AudienceDoc> {
    await this.collection.replaceOne({ _id: doc._id }, doc, { session });
    return doc;
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
    const projection = {
      _id: 0,
      key: 1,
      publicSince: 1,
      variablesJson: 1,
      sinceRuleset: 1,
      status: 1,
      hasBeenReady: 1,
    };
    const rows = await this.collection
      .find<Pick<AudienceDoc, 'key' | 'publicSince' | 'variablesJson' | 'sinceRuleset' | 'status' | 'hasBeenReady'>>(
        { ws, deletedAt: { $exists: false } },
        { projection },
      )
      .toArray();
    return new Map(
      rows.map(({ key, status, hasBeenReady, ...told }) => {
        const isSwitching = status === 'computing' && hasBeenReady === true;
        return [key, { ...told, ...(isSwitching && { isSwitching }) }];
      }),
    );
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
      await this.collection.updateMany(
        filter,
        { $set: { sinceRuleset, status: 'computing' }, $unset: { startsJourneys: '' } },
        { session },
      );
  }

  /** Those whose definition counts since `rulesetVersion` or before: every profile has been evaluated under it. */
  async markReady(ws: WorkspaceId, rulesetVersion: number): Promise<void> {
    await this.collection.updateMany(
      { ws, status: 'computing', sinceRuleset: { $lte: rulesetVersion } },
      { $set: { status: 'ready', hasBeenReady: true }, $unset: { startsJourneys: '' } },
    );
  }
}

/** Whether every profile has been evaluated by the rule that serves. */
export const hasBeenReady = ({ status, hasBeenReady }: AudienceDoc): boolean => hasBeenReady ?? status === 'ready';

/** The version whose rule decides who is in it. */
export const servingVersionOf = ({ version, next }: AudienceDoc): number => next?.servingVersion ?? version;

/** What somebody wrote, without what else a document has. */
export function statementOf(doc: AudienceStatement): AudienceStatement {
  const { name, description, labels, ruleJson, holdout, variablesJson, public: isPublic } = doc;
  return {
    name,
    ...(description !== undefined && { description }),
    ...(labels && { labels }),
    ruleJson,
    ...(isPublic && { public: isPublic }),
    ...(holdout && { holdout }),
    ...(variablesJson !== undefined && { variablesJson }),
  };
}

import type { ClientSession, Collection } from 'mongodb';
import { LRUCache } from 'lru-cache';
import type { WorkspaceId } from '../domain/ids';
import { compileJourney, type CompiledJourney, type JourneyStatus } from '../domain/journeys/compiled-journey';
import type { JourneyDefinition } from '../domain/journeys/journey.schema';
import type { StoreConnection } from './open-store';

export interface JourneyDoc {
  readonly _id: string;
  readonly ws: WorkspaceId;
  readonly key: string;
  readonly name: string;
  readonly status: JourneyStatus;
  /** A parsed `JourneyDefinition` as JSON text, because names in its rules are users' data. */
  readonly draftJson?: string;
  readonly publishedVersion?: number;
  /** The ruleset version that made the published version count. */
  readonly sinceRuleset?: number;
  /** Counts changes, for `If-Match`. */
  readonly rev: number;
  readonly createdAt: number;
  readonly updatedAt: number;
}

/** A published definition. Never changes. */
interface JourneyVersionDoc {
  readonly _id: string;
  readonly ws: WorkspaceId;
  readonly key: string;
  readonly version: number;
  readonly definitionJson: string;
  readonly publishedAt: number;
  /** The ruleset version that made it count; absent for one of before that was kept. */
  readonly sinceRuleset?: number;
}

export interface JourneyVersion {
  readonly version: number;
  readonly publishedAt: number;
  readonly definition: JourneyDefinition;
}

const journeyId = (ws: WorkspaceId, key: string): string => `${ws}:${key}`;
const versionId = (ws: WorkspaceId, key: string, version: number): string => `${ws}:${key}:${version}`;

/** Journeys with their drafts, and the versions that were published. */
export class JourneyRepository {
  readonly #journeys: Collection<JourneyDoc>;
  readonly #versions: Collection<JourneyVersionDoc>;
  readonly #read = new LRUCache<string, JourneyDefinition>({ max: 1_000 });

  constructor({ db }: StoreConnection) {
    this.#journeys = db.collection<JourneyDoc>('journeys');
    this.#versions = db.collection<JourneyVersionDoc>('journeyVersions');
  }

  async byKey(ws: WorkspaceId, key: string, session?: ClientSession): Promise<JourneyDoc | undefined> {
    return (await this.#journeys.findOne({ _id: journeyId(ws, key) }, { ...(session && { session }) })) ?? undefined;
  }

  async list(ws: WorkspaceId): Promise<JourneyDoc[]> {
    return this.#journeys.find({ ws }).sort({ key: 1 }).limit(1_000).toArray();
  }

  /** Saves the draft; the published version, if any, goes on. */
  async saveDraft(ws: WorkspaceId, definition: JourneyDefinition, now: number, session?: ClientSession): Promise<void> {
    const { key, name } = definition;
    await this.#journeys.updateOne(
      { _id: journeyId(ws, key) },
      {
        $set: { draftJson: JSON.stringify(definition), name, updatedAt: now },
        $setOnInsert: { ws, key, status: 'draft' as const, createdAt: now },
        $inc: { rev: 1 },
      },
      { upsert: true, ...(session && { session }) },
    );
  }

  /**
   * Makes the draft the next version, in the transaction that raises the ruleset. `publishedVersion` is the one that was read. A paused
   * journey stays paused: whoever paused it says when it goes on.
   */
  async publish(
    ws: WorkspaceId,
    journey: JourneyDoc,
    definition: JourneyDefinition,
    at: { readonly now: number; readonly ruleset: number },
    session: ClientSession,
  ): Promise<number | undefined> {
    const { key } = journey;
    const version = (journey.publishedVersion ?? 0) + 1;
    const unchanged = journey.publishedVersion ?? { $exists: false };
    const status = journey.status === 'paused' ? 'paused' : 'published';
    const { matchedCount } = await this.#journeys.updateOne(
      { _id: journeyId(ws, key), publishedVersion: unchanged, status: journey.status },
      {
        $set: { status, publishedVersion: version, sinceRuleset: at.ruleset, updatedAt: at.now },
        $unset: { draftJson: '' },
        $inc: { rev: 1 },
      },
      { session },
    );
    if (matchedCount === 0) return undefined;
    const definitionJson = JSON.stringify(definition);
    const id = { _id: versionId(ws, key, version), ws, key, version };
    const document = { ...id, definitionJson, publishedAt: at.now, sinceRuleset: at.ruleset };
    await this.#versions.insertOne(document, { session });
    return version;
  }

  /** Changes the status when it is one of `from`; false when it is not. */
  async setStatus(
    ws: WorkspaceId,
    key: string,
    change: { readonly from: readonly JourneyStatus[]; readonly to: JourneyStatus; readonly now: number },
    session: ClientSession,
  ): Promise<boolean> {
    const { matchedCount } = await this.#journeys.updateOne(
      { _id: journeyId(ws, key), status: { $in: [...change.from] } },
      { $set: { status: change.to, updatedAt: change.now }, $inc: { rev: 1 } },
      { session },
    );
    return matchedCount === 1;
  }

  /** Forgets the draft, and with it a journey that was never published. Its versions stay: people may be inside. */
  async discardDraft(ws: WorkspaceId, key: string, now: number, session: ClientSession): Promise<void> {
    const _id = journeyId(ws, key);
    const { deletedCount } = await this.#journeys.deleteOne({ _id, publishedVersion: { $exists: false } }, { session });
    if (deletedCount === 1) return;
    const change = { $unset: { draftJson: '' as const }, $set: { updatedAt: now }, $inc: { rev: 1 } };
    await this.#journeys.updateOne({ _id }, change, { session });
  }

  async versions(ws: WorkspaceId, key: string): Promise<JourneyVersion[]> {
    const latest = (await this.byKey(ws, key))?.publishedVersion ?? 0;
    const ids = Array.from({ length: latest }, (_, index) => versionId(ws, key, index + 1));
    const docs = await this.#versions.find({ _id: { $in: ids } }).toArray();
    return docs
      .sort((a, b) => b.version - a.version)
      .map(({ version, publishedAt, definitionJson }) => ({
        version,
        publishedAt,
        definition: JSON.parse(definitionJson) as JourneyDefinition,
      }));
  }

  /** Every published version with its journey's present status, oldest first: what the fold routes to. */
  async compiledVersions(ws: WorkspaceId): Promise<CompiledJourney[]> {
    const [journeys, versions] = await Promise.all([
      this.#journeys.find({ ws, publishedVersion: { $exists: true } }).toArray(),
      this.#versions.find({ _id: { $gte: `${ws}:`, $lt: `${ws};` } }).toArray(),
    ]);
    const statuses = new Map(journeys.map(({ key, status }) => [key, status]));
    return versions
      .sort((a, b) => a.version - b.version)
      .flatMap((doc) => {
        const status = statuses.get(doc.key);
        return status ? [compileJourney(this.#definitionOf(doc), doc.version, status, doc.sinceRuleset)] : [];
      });
  }

  /** A version as a run needs it, with the journey's present status. `undefined` when there is no such version. */
  async compiled(ws: WorkspaceId, key: string, version: number): Promise<CompiledJourney | undefined> {
    const journey = await this.#journeys.findOne({ _id: journeyId(ws, key) }, { projection: { status: 1 } });
    const definition = await this.#definition(versionId(ws, key, version));
    return journey && definition ? compileJourney(definition, version, journey.status) : undefined;
  }

  async #definition(id: string): Promise<JourneyDefinition | undefined> {
    const cached = this.#read.get(id);
    if (cached) return cached;
    const doc = await this.#versions.findOne({ _id: id });
    return doc ? this.#definitionOf(doc) : undefined;
  }

  /** Parsed once: triggers and rules keep what was made ready with their objects. */
  #definitionOf(doc: JourneyVersionDoc): JourneyDefinition {
    const cached = this.#read.get(doc._id);
    if (cached) return cached;
    const definition = JSON.parse(doc.definitionJson) as JourneyDefinition;
    this.#read.set(doc._id, definition);
    return definition;
  }
}

import type { ClientSession, Collection } from 'mongodb';
import { LRUCache } from 'lru-cache';
import type { WorkspaceId } from '../domain/ids';
import {
  compileJourney,
  type CompiledJourney,
  type JourneyState,
  type JourneyStatus,
} from '../domain/journeys/compiled-journey';
import type { JourneyDefinition, ScheduleTrigger } from '../domain/journeys/journey.schema';
import { GatheredDocs } from './gathered-reads';
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
  /** The version that people entered before it was published, and that the others enter while it is tried by a share of them. */
  readonly former?: number;
  /** 0 to 99 while the published version is entered by a share of people; absent when everybody enters it. */
  readonly canaryPercent?: number;
  /** The operation by which those go on whom a pause has kept; see `CompiledJourney.isResuming`. */
  readonly resuming?: string;
  /** What waits for the approval of a second key. */
  readonly asked?: AskedChange;
  /** The ruleset version that made the published version count. */
  readonly sinceRuleset?: number;
  /** Counts changes, for `If-Match`. */
  readonly rev: number;
  readonly createdAt: number;
  readonly updatedAt: number;
}

/** A change of many runs that somebody asked for, as JSON text of what they sent. */
export const askedChanges = ['publish', 'enrol-existing', 'rollback', 'archive', 'resume'] as const;
export interface AskedChange {
  readonly change: (typeof askedChanges)[number];
  readonly inputJson: string;
  readonly by: string;
  readonly at: number;
  readonly affected: number;
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

export interface EntrySchedule {
  readonly status: 'published' | 'paused';
  readonly on: ScheduleTrigger;
  readonly definition: JourneyDefinition;
}

const journeyId = (ws: WorkspaceId, key: string): string => `${ws}:${key}`;
const versionId = (ws: WorkspaceId, key: string, version: number): string => `${ws}:${key}:${version}`;

const stateFields = { status: 1, resuming: 1, publishedVersion: 1, former: 1, canaryPercent: 1 } as const;
type StateDoc = Pick<JourneyDoc, '_id' | keyof typeof stateFields>;

/** Journeys with their drafts, and the versions that were published. */
export class JourneyRepository {
  readonly #journeys: Collection<JourneyDoc>;
  readonly #versions: Collection<JourneyVersionDoc>;
  readonly #states: GatheredDocs<StateDoc>;
  readonly #read = new LRUCache<string, JourneyDefinition>({ max: 1_000 });

  constructor({ db }: StoreConnection) {
    this.#journeys = db.collection<JourneyDoc>('journeys');
    this.#versions = db.collection<JourneyVersionDoc>('journeyVersions');
    this.#states = new GatheredDocs(db.collection<StateDoc>('journeys'), stateFields);
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
        // Another draft is not what was asked for.
        $unset: { asked: '' },
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
    at: { readonly now: number; readonly ruleset: number; readonly canaryPercent?: number | undefined },
    session: ClientSession,
  ): Promise<number | undefined> {
    const { key } = journey;
    const version = (journey.publishedVersion ?? 0) + 1;
    const unchanged = journey.publishedVersion ?? { $exists: false };
    const former = enteredNow(journey);
    const status = journey.status === 'paused' ? 'paused' : 'published';
    const { matchedCount } = await this.#journeys.updateOne(
      { _id: journeyId(ws, key), publishedVersion: unchanged, status: journey.status },
      {
        $set: {
          ...{ status, publishedVersion: version, sinceRuleset: at.ruleset, updatedAt: at.now },
          ...(former !== undefined && { former }),
          ...(at.canaryPercent !== undefined && { canaryPercent: at.canaryPercent }),
        },
        $unset: { draftJson: '', asked: '', ...(at.canaryPercent === undefined && { canaryPercent: '' }) },
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

  /** How many percent enter the published version; everybody, where nothing is said. False when another one was published meanwhile. */
  async setCanary(
    ws: WorkspaceId,
    { key, publishedVersion }: JourneyDoc,
    { percent, now }: { readonly percent: number | undefined; readonly now: number },
    session: ClientSession,
  ): Promise<boolean> {
    const { matchedCount } = await this.#journeys.updateOne(
      { _id: journeyId(ws, key), publishedVersion: publishedVersion ?? -1 },
      {
        $set: { updatedAt: now, ...(percent !== undefined && { canaryPercent: percent }) },
        $unset: { asked: '', ...(percent === undefined && { canaryPercent: '' }) },
        $inc: { rev: 1 },
      },
      { session },
    );
    return matchedCount === 1;
  }

  /** Notes, or forgets, what waits for a second key. */
  async setAsked(ws: WorkspaceId, key: string, asked: AskedChange | undefined, session?: ClientSession): Promise<void> {
    const change = asked ? { $set: { asked } } : { $unset: { asked: '' as const } };
    await this.#journeys.updateOne(
      { _id: journeyId(ws, key) },
      { ...change, $inc: { rev: 1 } },
      { ...(session && { session }) },
    );
  }

  /** Notes by which operation those go on whom a pause has kept. */
  async setResuming(ws: WorkspaceId, key: string, resuming: string, session: ClientSession): Promise<void> {
    await this.#journeys.updateOne({ _id: journeyId(ws, key) }, { $set: { resuming } }, { session });
  }

  /** That operation is over, however it ended. */
  async endResuming(ws: WorkspaceId, key: string, resuming: string): Promise<void> {
    await this.#journeys.updateOne({ _id: journeyId(ws, key), resuming }, { $unset: { resuming: '' } });
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
      { $set: { status: change.to, updatedAt: change.now }, $unset: { resuming: '' }, $inc: { rev: 1 } },
      { session },
    );
    return matchedCount === 1;
  }

  /** Forgets the draft, and with it a journey that was never published. Its versions stay: people may be inside. */
  async discardDraft(ws: WorkspaceId, key: string, now: number, session: ClientSession): Promise<void> {
    const _id = journeyId(ws, key);
    const { deletedCount } = await this.#journeys.deleteOne({ _id, publishedVersion: { $exists: false } }, { session });
    if (deletedCount === 1) return;
    const change = {
      $unset: { draftJson: '' as const, asked: '' as const },
      $set: { updatedAt: now },
      $inc: { rev: 1 },
    };
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
    const states = new Map(journeys.map((journey) => [journey.key, journey]));
    return versions
      .sort((a, b) => a.version - b.version)
      .flatMap((doc) => {
        const journey = states.get(doc.key);
        if (!journey) return [];
        const state = { ...stateOf(journey, doc.version), publishedAt: doc.publishedAt };
        return [compileJourney(this.#definitionOf(doc), doc.version, journey.status, doc.sinceRuleset, state)];
      });
  }

  /** How people enter by a schedule at present: by that of the newest version, or of the former once nobody tries the newest any more. */
  async entrySchedule(ws: WorkspaceId, key: string): Promise<EntrySchedule | undefined> {
    const journey = await this.byKey(ws, key);
    const { status, publishedVersion, former, canaryPercent } = journey ?? {};
    const version = canaryPercent === 0 ? former : publishedVersion;
    if (version === undefined || (status !== 'published' && status !== 'paused')) return undefined;
    const definition = await this.#definition(versionId(ws, key, version));
    return definition && 'schedule' in definition.entry.on
      ? { status, on: definition.entry.on, definition }
      : undefined;
  }

  /** Whether any version that was published begins by a schedule: then there may be one to bring, or to take away. */
  async hasSchedule(ws: WorkspaceId, key: string): Promise<boolean> {
    return (await this.versions(ws, key)).some(({ definition: { entry } }) => 'schedule' in entry.on);
  }

  /** A version as a run needs it, with the journey's present status. `undefined` when there is no such version. */
  async compiled(ws: WorkspaceId, key: string, version: number): Promise<CompiledJourney | undefined> {
    const journey = await this.#states.find(journeyId(ws, key));
    const definition = await this.definition(ws, key, version);
    if (!journey || !definition) return undefined;
    return compileJourney(definition, version, journey.status, undefined, stateOf(journey, version));
  }

  /** What was published as a version, which never changes. */
  definition(ws: WorkspaceId, key: string, version: number): Promise<JourneyDefinition | undefined> {
    return this.#definition(versionId(ws, key, version));
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

type Tried = Pick<JourneyDoc, 'publishedVersion' | 'former' | 'canaryPercent' | 'resuming'>;

/** The version that everybody enters, or those who do not try the newest. */
export const enteredNow = ({ publishedVersion, former, canaryPercent }: Tried): number | undefined =>
  canaryPercent === undefined ? publishedVersion : former;

function stateOf({ publishedVersion, former, canaryPercent, resuming }: Tried, version: number): JourneyState {
  const isTried = version === publishedVersion && former !== undefined && canaryPercent !== undefined;
  return {
    ...(isTried && { canary: { percent: canaryPercent, former } }),
    ...(resuming !== undefined && { isResuming: true }),
  };
}

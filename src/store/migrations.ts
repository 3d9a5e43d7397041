import type { AnyBulkWriteOperation, Db } from 'mongodb';
import type { KeyDoc } from './documents';
import { isMissing } from './mongo-errors';
import { usualRetention } from './retention';
import { plainSource, toSourceKey } from './source-key';
import type { SourceDoc } from './sources';

interface Migration {
  readonly version: number;
  readonly title: string;
  readonly up: (db: Db) => Promise<void>;
}

/** Changes of stored shapes, in order, each applied once. A released one is never edited; append. */
export const migrations: readonly Migration[] = [
  {
    version: 1,
    title: 'Working state of profiles as one text; indexes of applied events only',
    up: workingStateAsText,
  },
  {
    version: 2,
    title: 'The index of due profiles knows their slots',
    up: (db) => dropIndexes(db, 'profiles', ['nextCheckAt']),
  },
  {
    version: 3,
    title: 'Every key belongs to a source; dead letters have a state and an end',
    up: async (db) => {
      await sourcesOfKeys(db);
      await openLetters(db);
    },
  },
  {
    version: 4,
    title: 'Dead letters of those who were erased are not open',
    up: closeErasedLetters,
  },
  {
    version: 5,
    title: 'Conditions of indexes that every question with a value implies',
    up: async (db) => {
      for (const [collection, names] of Object.entries(conditionalIndexes)) await dropIndexes(db, collection, names);
    },
  },
  {
    version: 6,
    title: 'Versions of audiences say from when until when they served',
    up: datesOfService,
  },
  {
    version: 7,
    title: 'Members of groups are counted by the rules of audiences, not by their names',
    up: async (db) => {
      await db.collection('workspaces').updateMany({}, { $inc: { rulesetVersion: 1 } });
    },
  },
];

interface OldProfile {
  readonly _id: string;
  readonly rev: number;
  readonly states?: unknown;
  readonly edgeCounts?: unknown;
  readonly checks?: unknown;
  readonly workingJson?: string;
}

const batchSize = 500;

/**
 * The behaviour states are rebuilt from stored events under their new keys: a raised ruleset makes every profile be brought up to
 * date, by its next event or by the back-fill that workers ring at their start.
 */
async function workingStateAsText(db: Db): Promise<void> {
  const profiles = db.collection<OldProfile>('profiles');
  let writes: AnyBulkWriteOperation<OldProfile>[] = [];
  const flush = async (): Promise<void> => {
    if (writes.length > 0) await profiles.bulkWrite(writes, { ordered: false });
    writes = [];
  };
  const old = profiles.find({ workingJson: { $exists: false } });
  for await (const { _id, rev, edgeCounts, checks } of old) {
    const $set = { workingJson: JSON.stringify({ states: {}, edgeCounts, checks }) };
    const update = { $set, $unset: { states: '', edgeCounts: '', checks: '' } as const };
    writes.push({ updateOne: { filter: { _id, rev }, update } });
    if (writes.length === batchSize) await flush();
  }
  await flush();
  await db.collection('workspaces').updateMany({}, { $inc: { rulesetVersion: 1 } });
  await dropIndexes(db, 'events', ['history', 'waitKey']);
}

/** Keys named their source in free text: each text becomes a source, whose key the keys then name. */
async function sourcesOfKeys(db: Db): Promise<void> {
  const keys = db.collection<Pick<KeyDoc, '_id' | 'ws' | 'source' | 'createdAt'>>('keys');
  const sources = db.collection<SourceDoc>('sources');
  for await (const { _id, ws, source, createdAt } of keys.find()) {
    const key = toSourceKey(source);
    const doc = plainSource(ws, key, source, createdAt);
    await sources.updateOne({ _id: doc._id }, { $setOnInsert: doc }, { upsert: true });
    await keys.updateOne({ _id, source }, { $set: { source: key } });
  }
}

async function openLetters(db: Db): Promise<void> {
  const expireAt = { $toDate: { $add: ['$at', usualRetention.deadLetterDays * 86_400_000] } };
  await db.collection('deadLetters').updateMany({ state: { $exists: false } }, [{ $set: { state: 'open', expireAt } }]);
}

/** An erasure leaves neither what was wrong with an event nor, of one that could not be applied, which it was. */
async function closeErasedLetters(db: Db): Promise<void> {
  const nothing = { $exists: false };
  const left = [
    { stage: 'unapplied', messageId: nothing },
    { stage: { $in: ['rejected', 'quarantined'] }, message: nothing },
  ];
  await db.collection('deadLetters').updateMany({ state: 'open', $or: left }, { $set: { state: 'erased' } });
}

interface OldVersion {
  readonly _id: string;
  readonly of: string;
  readonly version: number;
  readonly savedAt: number;
  readonly servedFrom?: number;
}

/** Each served from its save until the next one. */
async function datesOfService(db: Db): Promise<void> {
  const versions = db.collection<OldVersion>('audienceVersions');
  let next: OldVersion | undefined;
  for await (const one of versions.find({ endedAs: { $exists: false } }).sort({ of: 1, version: -1 })) {
    const servedUntil = next?.of === one.of ? { servedUntil: next.savedAt } : {};
    if (one.servedFrom === undefined)
      await versions.updateOne({ _id: one._id }, { $set: { servedFrom: one.savedAt, ...servedUntil } });
    next = one;
  }
}

const conditionalIndexes = {
  events: ['pending', 'pendingKeys', 'deadKeys', 'history', 'blocked', 'waitKey', 'rememberedFor'],
  identifiers: ['erased', 'quarantined'],
  profiles: ['due'],
  memberships: ['memberOf', 'exits', 'exitedWaitKey'],
  audit: ['profile'],
  enrollments: ['household', 'actor', 'sending', 'dueAt'],
  syncMembers: ['dirty'],
  pullStates: ['paused', 'delayed'],
  deadLetters: ['messageId', 'naming'],
} as const;

/** What the index list then makes anew. */
async function dropIndexes(db: Db, collection: string, names: readonly string[]): Promise<void> {
  for (const name of names)
    await db
      .collection(collection)
      .dropIndex(name)
      .catch((error: unknown) => {
        if (!isMissing(error)) throw error;
      });
}

interface AppliedMigration {
  readonly _id: string;
  readonly version: number;
  readonly title: string;
  readonly appliedAt: number;
}

/**
 * Brings the store up to the newest version. Two processes starting together apply each migration at least once, so each is idempotent.
 * Answers the versions that a newer process has applied and this one does not know: what it writes may be as it was before them.
 */
export async function migrate(db: Db, steps: readonly Migration[] = migrations): Promise<readonly number[]> {
  const applied = db.collection<AppliedMigration>('migrations');
  const done = new Set((await applied.find().toArray()).map((row) => row.version));
  for (const step of [...steps].sort((a, b) => a.version - b.version)) {
    if (done.has(step.version)) continue;
    await step.up(db);
    const row = { version: step.version, title: step.title, appliedAt: Date.now() };
    await applied.updateOne({ _id: `m${step.version}` }, { $setOnInsert: row }, { upsert: true });
  }
  const known = new Set(steps.map(({ version }) => version));
  return [...done].filter((version) => !known.has(version)).sort((a, b) => a - b);
}

import type { Db } from 'mongodb';

interface Migration {
  readonly version: number;
  readonly title: string;
  readonly up: (db: Db) => Promise<void>;
}

/** Changes of stored shapes, in order, each applied once. A released one is never edited; append. */
export const migrations: readonly Migration[] = [];

interface AppliedMigration {
  readonly _id: string;
  readonly version: number;
  readonly title: string;
  readonly appliedAt: number;
}

/** Brings the store up to the newest version. Two processes starting together apply each migration at least once, so each is idempotent. */
export async function migrate(db: Db, steps: readonly Migration[] = migrations): Promise<number> {
  const applied = db.collection<AppliedMigration>('migrations');
  const done = new Set((await applied.find().toArray()).map((row) => row.version));
  for (const step of [...steps].sort((a, b) => a.version - b.version)) {
    if (done.has(step.version)) continue;
    await step.up(db);
    const row = { version: step.version, title: step.title, appliedAt: Date.now() };
    await applied.updateOne({ _id: `m${step.version}` }, { $setOnInsert: row }, { upsert: true });
  }
  return steps.reduce((highest, step) => Math.max(highest, step.version), 0);
}

// node bench/typescript.cjs test/intakes/intake-process.ts: takes in events and applies them, in a process of its own that races with others or dies.
import { setTimeout as delay } from 'node:timers/promises';
import type { CommandStartedEvent } from 'mongodb';
import { applyEventBatch, type ApplyDeps } from '../../src/activities/apply/apply';
import { isTransient } from '../../src/activities/apply/conflict';
import type { WorkspaceId } from '../../src/domain/ids';
import { RulesetCache } from '../../src/folding/ruleset-cache';
import type { EventDoc } from '../../src/store/documents';
import { openStore, type Store } from '../../src/store/store';

export interface IntakeOrder {
  readonly uri: string;
  readonly database: string;
  /** Base64. */
  readonly masterKey: string;
  readonly ws: WorkspaceId;
  /** What it takes in, some at a time between what it applies; others may take in the same. */
  readonly docs: readonly EventDoc[];
  readonly batchSize: number;
  /** The write before which it dies as by `kill -9`, counted from 1; commits are writes. */
  readonly diesAt?: number;
}

export interface IntakeReport {
  readonly applied: number;
  readonly conflicts: number;
}

const takenInAtOnce = 25;
const writes = ['insert', 'update', 'delete', 'commitTransaction'];

function dieAtWrite({ connection }: Store, diesAt: number): void {
  let count = 0;
  connection.client.on('commandStarted', ({ commandName }: CommandStartedEvent) => {
    if (!writes.includes(commandName)) return;
    count += 1;
    // The command is not on the wire yet.
    if (count === diesAt) process.kill(process.pid, 'SIGKILL');
  });
}

/** How many were applied; 0 after a conflict, which is the business of whoever comes next. `undefined` when nothing was pending. */
async function applyNext(deps: ApplyDeps, ws: WorkspaceId, size: number): Promise<number | undefined> {
  const batch = await deps.store.events.claim(ws, 0, size, 4 * 1024 * 1024);
  if (batch.length === 0) return undefined;
  try {
    await applyEventBatch(deps, ws, batch);
    return batch.length;
  } catch (error) {
    if (!isTransient(error)) throw error;
    await delay(Math.random() * 50);
    return 0;
  }
}

async function carryOut({ uri, database, masterKey, ws, docs, batchSize, diesAt }: IntakeOrder): Promise<IntakeReport> {
  const monitored = new URL(uri);
  monitored.searchParams.set('monitorCommands', 'true');
  const store = await openStore({ uri: monitored.href, database, masterKey: Buffer.from(masterKey, 'base64') });
  const deps = { store, clock: Date.now, rulesets: new RulesetCache(store) };
  if (diesAt !== undefined) dieAtWrite(store, diesAt);
  let [applied, conflicts] = [0, 0];
  for (let from = 0; ; from += takenInAtOnce) {
    await store.events.insertPending(docs.slice(from, from + takenInAtOnce));
    const done = await applyNext(deps, ws, batchSize);
    if (done === undefined && from >= docs.length) break;
    applied += done ?? 0;
    if (done === 0) conflicts += 1;
  }
  await store.connection.client.close();
  return { applied, conflicts };
}

process.once('message', (order: IntakeOrder) => {
  carryOut(order).then(
    (report) => process.send?.(report, () => process.disconnect()),
    (error: unknown) => {
      console.error(error);
      process.exit(1);
    },
  );
});
process.send?.('ready');

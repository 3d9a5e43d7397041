import { setTimeout as delay } from 'node:timers/promises';
import type { Logger } from 'pino';
import type { Event } from '../domain/events/event';
import { workspaceId, type WorkspaceId } from '../domain/ids';
import { erasedCode } from '../domain/privacy/admit-after-erasure';
import type { EventDoc } from '../store/documents';
import { inTransaction } from '../store/open-store';
import { applyEventBatch, type ApplyDeps } from './apply/apply';
import { isTransient, WriteConflict } from './apply/conflict';
import { heartbeating } from './heartbeating';
import type { IntakeMetrics } from './intake-metrics';
import type { IntakeTurns } from './intake-turns';
import type { Outbox } from './outbox';

export interface IngestDeps extends ApplyDeps {
  readonly outbox: Outbox;
  readonly log: Logger;
  readonly metrics: IntakeMetrics;
  readonly turns: IntakeTurns;
  readonly limits: { readonly batchEvents: number; readonly batchBytes: number };
}

const triesPerBatch = 8;

/** How a turn ended; with `hasMore` the next one follows at once, since nobody may ring for what is left. */
export interface Turn {
  readonly applied: number;
  readonly hasMore: boolean;
}

export type IngestActivities = ReturnType<typeof createIngestActivities>;

export function createIngestActivities(deps: IngestDeps) {
  return {
    /** Applies what is pending in a partition, batch after batch, until nothing is or the turn is over. */
    applyEvents: ({ ws, partition }: { ws: string; partition: number }): Promise<Turn> =>
      heartbeating((signal) =>
        deps.turns.run((isOver) => drain(deps, workspaceId(ws), partition, () => signal.aborted || isOver())),
      ),
  };
}

async function drain(deps: IngestDeps, ws: WorkspaceId, partition: number, isOver: () => boolean): Promise<Turn> {
  let applied = 0;
  // A large batch touches many runs, any of which may be moving on: halving after a conflict always gets through.
  let size = deps.limits.batchEvents;
  while (!isOver()) {
    const batch = upToUnmerge(await deps.store.events.claim(ws, partition, size, deps.limits.batchBytes));
    if (batch.length === 0) return { applied, hasMore: false };
    const isApplied = await applyBatch(deps, ws, batch, isOver);
    if (isApplied) applied += batch.length;
    size = isApplied ? Math.min(size * 2, deps.limits.batchEvents) : Math.max(Math.floor(batch.length / 2), 1);
  }
  return { applied, hasMore: true };
}

/** What takes a merge back is applied alone: it divides what is stored. */
function upToUnmerge(batch: readonly EventDoc[]): readonly EventDoc[] {
  const at = batch.findIndex(({ unmerges }) => unmerges !== undefined);
  return at < 0 ? batch : batch.slice(0, Math.max(at, 1));
}

async function applyBatch(
  deps: IngestDeps,
  ws: WorkspaceId,
  batch: readonly EventDoc[],
  isOver: () => boolean,
): Promise<boolean> {
  const stop = deps.metrics.applyDuration.startTimer();
  try {
    await applyAndCount(deps, ws, batch);
    return true;
  } catch (error) {
    if (isTransient(error)) await yieldTo(deps, ws, batch, error);
    else await applyInHalves(deps, ws, batch, { error, isOver });
    return false;
  } finally {
    stop();
  }
}

async function applyAndCount(deps: IngestDeps, ws: WorkspaceId, batch: readonly EventDoc[]): Promise<void> {
  const { outbox, blocked, quarantined, refused, ignored } = await applyEventBatch(deps, ws, batch);
  deps.metrics.applied.inc(batch.length - refused);
  deps.metrics.refused.inc(refused);
  if (refused > 0) deps.metrics.letters.inc({ stage: 'unapplied', code: erasedCode }, refused);
  deps.metrics.quarantined.inc(quarantined);
  for (const reason of blocked) deps.metrics.blocked.inc({ reason });
  for (const reason of ignored) deps.metrics.ignored.inc({ reason });
  await deps.outbox.carryOut(outbox);
}

/** A conflict makes the caller claim again, since another writer may have applied part of the batch. */
async function yieldTo(
  deps: IngestDeps,
  ws: WorkspaceId,
  batch: readonly EventDoc[],
  conflict: unknown,
): Promise<void> {
  deps.metrics.conflicts.inc();
  const level = conflict instanceof WriteConflict ? 'debug' : 'warn';
  deps.log[level]({ ws, events: batch.length, code: codeOf(conflict) }, conflictOf(conflict));
  await delay(Math.random() * 100);
}

/**
 * Looks for what makes a batch fail in its halves, of which the sound ones are applied whole: only an event that fails alone, twice,
 * becomes a dead letter, with its reason. What is left when the turn is over, or after a conflict, is claimed again. Answers whether
 * to go on.
 */
async function applyInHalves(
  deps: IngestDeps,
  ws: WorkspaceId,
  batch: readonly EventDoc[],
  { error, isOver }: { readonly error: unknown; readonly isOver: () => boolean },
): Promise<boolean> {
  const [event] = batch;
  if (event && batch.length === 1) {
    await applyAlone(deps, ws, event);
    return true;
  }
  deps.log.error({ ws, events: batch.length, code: codeOf(error) }, 'a batch failed; it is applied in halves');
  const half = Math.ceil(batch.length / 2);
  for (const part of [batch.slice(0, half), batch.slice(half)])
    if (isOver() || !(await applyPart(deps, ws, part, isOver))) return false;
  return true;
}

async function applyPart(
  deps: IngestDeps,
  ws: WorkspaceId,
  part: readonly EventDoc[],
  isOver: () => boolean,
): Promise<boolean> {
  try {
    await applyAndCount(deps, ws, part);
    return true;
  } catch (error) {
    if (!isTransient(error)) return applyInHalves(deps, ws, part, { error, isOver });
    await yieldTo(deps, ws, part, error);
    return false;
  }
}

async function applyAlone(deps: IngestDeps, ws: WorkspaceId, event: EventDoc): Promise<void> {
  let failures = 0;
  for (let attempt = 0; attempt < triesPerBatch; attempt += 1) {
    try {
      await applyAndCount(deps, ws, [event]);
      return;
    } catch (error) {
      if (await isSettled(deps, ws, event)) return;
      if (!isTransient(error) && (failures += 1) >= 2) return bury(deps, ws, event, codeOf(error));
      await delay(Math.random() * 100);
    }
  }
}

async function isSettled(deps: IngestDeps, ws: WorkspaceId, event: Event): Promise<boolean> {
  return (await deps.store.events.byMessageId(ws, event.messageId))?.state !== 'pending';
}

/** What names somebody who is erased by now leaves what an erasure would leave of it: that there was one, and why. */
async function bury(deps: IngestDeps, ws: WorkspaceId, event: EventDoc, reason: string): Promise<void> {
  const at = deps.clock();
  const { connection, deadLetters, events, identifiers } = deps.store;
  const naming = namingOf(deps, ws, event);
  const dead = { deadReason: reason, deadKeys: naming, expireAt: deadLetters.expireAt(at) };
  await inTransaction(connection, async (session) => {
    if ((await identifiers.read(naming, session)).erased.size > 0) {
      const removed = await events.refuse(ws, [event.messageId], session);
      if (removed > 0) await deadLetters.addErased(ws, [{ ...event, code: reason }], at, session);
    } else if (await events.markDead(ws, event.messageId, dead, session))
      await deadLetters.addUnapplied(ws, event, { code: reason, at, naming }, session);
  });
  deps.metrics.dead.inc();
  deps.metrics.letters.inc({ stage: 'unapplied', code: reason });
  deps.log.error({ ws, messageId: event.messageId, reason }, 'an event could not be applied and is a dead letter');
}

/** The keys by which an erasure finds it. What could not be applied may be broken in any way, and must not keep the events behind it. */
function namingOf({ store }: IngestDeps, ws: WorkspaceId, { pendingKeys, identifiers }: EventDoc): readonly string[] {
  if (pendingKeys) return pendingKeys;
  try {
    return identifiers.map((identifier) => store.identifiers.key(ws, identifier));
  } catch {
    return [];
  }
}

/** Our own conflicts say which guard did not hold; messages of others may quote values. */
const conflictOf = (error: unknown): string =>
  error instanceof WriteConflict ? error.message : 'A batch is applied again.';

/** A code for logs and dead letters; messages may quote values. */
function codeOf(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown';
  const code = (error as { code?: unknown }).code;
  return typeof code === 'string' || typeof code === 'number' ? `${error.name} ${code}` : error.name;
}

import { setTimeout as delay } from 'node:timers/promises';
import { Context } from '@temporalio/activity';
import type { Logger } from 'pino';
import { workspaceId, type ProfileId, type WorkspaceId } from '../domain/ids';
import { applyTime, type ApplyDeps } from './apply/apply';
import { heartbeating } from './heartbeating';
import type { IntakeMetrics } from './metrics';
import type { Outbox } from './outbox';

export interface BackfillDeps extends ApplyDeps {
  readonly outbox: Outbox;
  readonly log: Logger;
  readonly metrics: IntakeMetrics;
}

const profilesPerTransaction = 50;
/** Leaves room for live events between transactions. */
const pauseMs = 5;

export type BackfillActivities = ReturnType<typeof createBackfillActivities>;

export function createBackfillActivities(deps: BackfillDeps) {
  return {
    /** Evaluates every profile that is behind the present ruleset, and answers the version reached. Resumes where it stopped. */
    backfillProfiles: ({ ws }: { ws: string }): Promise<number> =>
      heartbeating((signal) => backfill(deps, workspaceId(ws), signal)),

    /** Tells the audiences whose definition every profile has now seen. */
    finishBackfill: async ({ ws, version }: { ws: string; version: number }): Promise<void> =>
      deps.store.audiences.markReady(workspaceId(ws), version),
  };
}

async function backfill(deps: BackfillDeps, ws: WorkspaceId, signal: AbortSignal): Promise<number> {
  for (let done = 0; ;) {
    const version = await deps.store.workspaces.rulesetVersion(ws);
    const behind = await deps.store.profiles.behindRuleset(ws, version, profilesPerTransaction);
    if (behind.length === 0 || signal.aborted) return version;
    await evaluate(deps, ws, behind);
    done += behind.length;
    deps.metrics.backfilled.inc(behind.length);
    Context.current().heartbeat({ done });
    await delay(pauseMs);
  }
}

/** A profile in conflict is being written under the new rules at this moment, or comes again in the next pass. */
async function evaluate(deps: BackfillDeps, ws: WorkspaceId, ids: readonly ProfileId[]): Promise<void> {
  try {
    const { outbox } = await applyTime(deps, ws, ids);
    await deps.outbox.carryOut(outbox);
  } catch (error) {
    deps.log.debug(
      { ws, profiles: ids.length, error: error instanceof Error ? error.name : 'unknown' },
      'a back-fill step is tried in halves',
    );
    if (ids.length === 1) return delay(50);
    const half = Math.ceil(ids.length / 2);
    await evaluate(deps, ws, ids.slice(0, half));
    await evaluate(deps, ws, ids.slice(half));
  }
}

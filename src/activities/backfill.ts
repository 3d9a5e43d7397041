import { setTimeout as delay } from 'node:timers/promises';
import { Context } from '@temporalio/activity';
import type { Logger } from 'pino';
import { workspaceId, type ProfileId, type WorkspaceId } from '../domain/ids';
import type { RulesetState } from '../domain/profiles/ruleset-state';
import type { ApplyDeps } from './apply/apply';
import { applyTimeInHalves } from './apply/apply-in-halves';
import { isTransient } from './apply/conflict';
import { heartbeating } from './heartbeating';
import type { IntakeMetrics } from './intake-metrics';
import type { Outbox } from './outbox';
import { PreparingProgress } from './preparing-progress';
import { declareReady, switchAudiences } from './switch-audiences';

export interface BackfillDeps extends ApplyDeps {
  readonly outbox: Outbox;
  readonly log: Logger;
  readonly metrics: IntakeMetrics;
  /** Between transactions: leaves room for live events. */
  readonly backfillPauseMs: number;
}

const profilesPerTransaction = 50;
/** While the store reads for one, the worker folds another. */
const atOnce = 2;
/** An embedded store reads everybody who is left to say who is next: so it is asked seldom. */
const profilesPerQuestion = 2_000;
const conflictPauseMs = 50;

export type BackfillActivities = ReturnType<typeof createBackfillActivities>;

export function createBackfillActivities(deps: BackfillDeps) {
  return {
    /** Evaluates every profile that is behind the present ruleset, and answers the version reached. Resumes where it stopped. */
    backfillProfiles: ({ ws }: { ws: string }): Promise<number> =>
      heartbeating((signal) => backfill(deps, workspaceId(ws), signal)),

    /** Tells the audiences and computed traits whose definition every profile has now seen. */
    finishBackfill: async ({ ws, version }: { ws: string; version: number }): Promise<void> =>
      declareReady(deps, workspaceId(ws), version),
  };
}

/**
 * Passes over those that are behind until a pass finds none, or only such as cannot be evaluated: they keep nobody waiting. What was prepared
 * begins to serve then, and whom that moves are passed over in turn.
 */
async function backfill(deps: BackfillDeps, ws: WorkspaceId, signal: AbortSignal): Promise<number> {
  const filling = { deps, ws, signal, progress: new PreparingProgress(deps, ws) };
  for (let pass: Pass = begun; ;) {
    const state = await deps.store.workspaces.rulesetState(ws);
    const behind = await deps.store.preparedProfiles.left(ws, state, profilesPerQuestion, pass.after);
    if (behind.length > 0) {
      pass = await evaluateAll({ ...filling, state }, behind, pass);
      continue;
    }
    const isStuck = pass.failed > 0 && pass.done === 0;
    if (isStuck) leave(deps, ws, pass.failed);
    const isOver = pass.after === undefined || isStuck;
    if (isOver && !(await switchAudiences(deps, ws, state.version))) return state.version;
    pass = begun;
  }
}

/** How far one way through all who are left is. */
interface Pass {
  readonly done: number;
  readonly failed: number;
  readonly after?: ProfileId | undefined;
}
const begun: Pass = { done: 0, failed: 0 };

interface Filling {
  readonly deps: BackfillDeps;
  readonly ws: WorkspaceId;
  readonly signal: AbortSignal;
  readonly progress: PreparingProgress;
  readonly state: RulesetState;
}

async function evaluateAll(filling: Filling, behind: readonly ProfileId[], before: Pass): Promise<Pass> {
  const { deps, ws, signal, progress, state } = filling;
  let { done, failed } = before;
  for (let start = 0; start < behind.length; start += atOnce * profilesPerTransaction) {
    // Another worker goes on; answering would say that nothing is left.
    signal.throwIfAborted();
    const some = behind.slice(start, start + atOnce * profilesPerTransaction);
    const lots = [some.slice(0, profilesPerTransaction), some.slice(profilesPerTransaction)];
    const failures = (await Promise.all(lots.map((lot) => evaluate(deps, ws, lot)))).reduce((all, one) => all + one, 0);
    done += some.length - failures;
    failed += failures;
    deps.metrics.backfilled.inc(some.length - failures);
    await progress.note(state, some.length - failures);
    Context.current().heartbeat({ done });
    await delay(deps.backfillPauseMs);
  }
  return { done, failed, after: behind.at(-1) };
}

function leave(deps: BackfillDeps, ws: WorkspaceId, failed: number): void {
  deps.log.error(
    { ws, profiles: failed },
    'profiles cannot be evaluated under the newest definitions and are left behind',
  );
}

/** Answers how many failed for reasons of their own; those in conflict come again in the next pass. */
async function evaluate(deps: BackfillDeps, ws: WorkspaceId, ids: readonly ProfileId[]): Promise<number> {
  let failures = 0;
  const onAlone = async (_: ProfileId, error: unknown): Promise<void> => {
    await delay(conflictPauseMs);
    // One in conflict is being written at this moment, under the new rules.
    if (!isTransient(error)) failures += 1;
  };
  await applyTimeInHalves(deps, ws, ids, { leaveOut: 'none', onAlone });
  return failures;
}

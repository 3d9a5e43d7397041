import { setTimeout as delay } from 'node:timers/promises';
import type { Logger } from 'pino';
import { grouped } from '../domain/grouped';
import type { ProfileId, WorkspaceId } from '../domain/ids';
import type { ApplyDeps } from './apply/apply';
import { applyTimeInHalves } from './apply/apply-in-halves';
import { isTransient } from './apply/conflict';
import { heartbeating } from './heartbeating';
import { beginRetention } from './operations/retention/begin-retention';
import type { IntakeMetrics } from './intake-metrics';
import type { Doorbells } from '../workflows/doorbells';
import type { JourneySchedules } from '../workflows/journey-schedules';
import type { PullSchedules } from '../workflows/pull-schedules';
import { bringEntrySchedules } from './journeys/scheduled-entry';
import { bringSchedules } from './pulls/bring-schedule';
import type { Outbox } from './outbox';

export interface ClockDeps extends ApplyDeps {
  readonly outbox: Outbox;
  readonly log: Logger;
  readonly metrics: IntakeMetrics;
  /** Restarts runs that should have started or moved on by now. */
  readonly restartStale: (now: number) => Promise<void>;
  readonly doorbells: Pick<Doorbells, 'intake' | 'backfill' | 'operation'>;
  readonly schedules: Pick<PullSchedules, 'bring'>;
  readonly entries: JourneySchedules;
}

const turnMs = 5 * 60_000;
const sweepEveryMs = 1_000;
const profilesPerSweep = 2_000;
const profilesTurnMs = 10_000;
/** A profile that cannot be evaluated is not in the way of the others for this long. */
const postponeMs = 60_000;
const profilesPerTransaction = 100;
const staleAfterMs = 2_000;
const operationStaleMs = 60_000;
const operationsPerSweep = 20;
/** Of the time, looking at what waits for intakes takes at most one part in so many, and one more. */
const restPerLook = 5;

export type ClockActivities = ReturnType<typeof createClockActivities>;

export function createClockActivities(deps: ClockDeps) {
  const ringIntakes = resting(() => ringStale(deps));
  return {
    /** Sweeps once a second for some minutes: everything that becomes due by time alone, and everything a crash left behind. */
    tick: (range: { from: number; to: number }): Promise<void> =>
      heartbeating(async (signal) => {
        const endsAt = Date.now() + turnMs;
        while (!signal.aborted && Date.now() < endsAt) {
          const startedAt = Date.now();
          await sweep(deps, range, signal, ringIntakes);
          await delay(Math.max(0, sweepEveryMs - (Date.now() - startedAt)), undefined, { signal }).catch(
            () => undefined,
          );
        }
      }),
  };
}

/** One sweep, its parts side by side. A part that fails is logged and comes again in a second. */
export async function sweep(
  deps: ClockDeps,
  range: { from: number; to: number },
  signal: AbortSignal,
  ringIntakes = () => ringStale(deps),
): Promise<void> {
  const parts = {
    'due profiles': () => sweepProfiles(deps, range, signal),
    outbox: async () => deps.outbox.carryOut(await deps.store.outbox.takeStale(deps.clock(), 500)),
    intakes: ringIntakes,
    enrollments: () => deps.restartStale(deps.clock()),
    'back-fills': () => ringBehind(deps),
    operations: () => restartOperations(deps),
    retention: () => retain(deps, range),
    schedules: () => renewSchedules(deps, range),
  };
  const attempts = Object.entries(parts).map(([name, part]) =>
    part().catch((error: unknown) =>
      deps.log.warn(
        { part: name, error: error instanceof Error ? error.name : 'unknown' },
        'a sweep failed; it comes again',
      ),
    ),
  );
  await Promise.all(attempts);
}

/** Evaluates profiles whose time has come, most overdue first, for a while at most: the next sweep goes on. */
async function sweepProfiles(deps: ClockDeps, range: { from: number; to: number }, signal: AbortSignal): Promise<void> {
  const endsAt = Date.now() + profilesTurnMs;
  const due = await deps.store.profiles.due(deps.clock(), profilesPerSweep, range);
  for (const [ws, rows] of grouped(due, (row) => row.ws)) {
    for (
      let start = 0;
      start < rows.length && !signal.aborted && Date.now() < endsAt;
      start += profilesPerTransaction
    ) {
      const chunk = rows.slice(start, start + profilesPerTransaction);
      const ids = chunk.map((row) => row.id);
      const onAlone = (id: ProfileId, error: unknown): Promise<void> => giveWay(deps, ws, id, error);
      await applyTimeInHalves(deps, ws, ids, { leaveOut: 'pending', onAlone });
      for (const row of chunk) deps.metrics.clockLateness.observe(Math.max(0, deps.clock() - row.dueAt) / 1_000);
    }
  }
}

/** One in conflict comes again in a second; one that fails for a reason of its own, in a minute. */
async function giveWay(deps: ClockDeps, ws: WorkspaceId, profile: ProfileId, error: unknown): Promise<void> {
  if (isTransient(error)) return;
  deps.log.error(
    { ws, profile, error: error instanceof Error ? error.name : 'unknown' },
    'a due profile cannot be evaluated',
  );
  await deps.store.profiles.postpone(ws, profile, deps.clock() + postponeMs);
}

/** Embedded stores read all that waits to say what is oldest: work that is looked at too often is held up by it. */
function resting(look: () => Promise<void>): () => Promise<void> {
  let restsUntil = 0;
  return async () => {
    const startedAt = performance.now();
    if (startedAt < restsUntil) return;
    try {
      await look();
    } finally {
      const endedAt = performance.now();
      restsUntil = endedAt + restPerLook * (endedAt - startedAt);
    }
  };
}

/** Events that wait for longer than an intake takes: their ring was lost, or their intake is gone. */
async function ringStale({ store, clock, doorbells }: ClockDeps): Promise<void> {
  const staleBefore = clock() - staleAfterMs;
  for (const { _id: ws, partitions } of await store.workspaces.list())
    for (let partition = 0; partition < partitions; partition += 1) {
      const lanes = await Promise.all(
        (['live', 'bulk'] as const).map((lane) => store.events.oldestPending(ws, partition, lane)),
      );
      if (lanes.some((receivedAt) => receivedAt !== undefined && receivedAt <= staleBefore))
        doorbells.intake(ws, partition);
    }
}

/** Long work that nobody moves: its workflow is gone, or its worker hangs at a step, and then starting it again does no harm. */
async function restartOperations({ store, clock, doorbells }: ClockDeps): Promise<void> {
  for (const { ws, id } of await store.operations.stale(clock() - operationStaleMs, operationsPerSweep))
    await doorbells.operation(ws, id);
}

/** A definition saved while Temporal was away rang nobody: every half minute, profiles behind the rules are noticed here. */
async function ringBehind(deps: ClockDeps): Promise<void> {
  const isTime = Math.floor(Date.now() / sweepEveryMs) % 30 === 0;
  if (!isTime) return;
  for (const { _id: ws, rulesetVersion: version, switchedFrom } of await deps.store.workspaces.list())
    if ((await deps.store.preparedProfiles.left(ws, { version, switchedFrom }, 1)).length > 0)
      await deps.doorbells.backfill(ws);
}

/** Asked by one clock, twice a minute. */
async function retain({ store, clock, doorbells }: ClockDeps, { from }: { from: number }): Promise<void> {
  const isTime = from === 0 && Math.floor(Date.now() / sweepEveryMs) % 30 === 15;
  if (isTime) await beginRetention({ store, doorbells }, clock());
}

/** The schedules of sources as the sources say, once in a while and by one clock: after a wiped Temporal they are made anew. */
async function renewSchedules(deps: ClockDeps, range: { readonly from: number }): Promise<void> {
  const isTime = Math.floor(Date.now() / sweepEveryMs) % 600 === 0;
  if (!isTime || range.from !== 0) return;
  await bringSchedules(deps);
  await bringEntrySchedules({ ...deps, schedules: deps.entries });
}

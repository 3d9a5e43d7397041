import type { Client } from '@temporalio/client';
import type { Logger } from 'pino';
import type { Registry } from 'prom-client';
import { askMembers } from '../activities/groups/ask-members';
import { createBackfillActivities } from '../activities/backfill';
import { createClockActivities } from '../activities/clock';
import { createDeliveryMetrics } from '../activities/delivery/delivery-metrics';
import { createDoorbells, type Doorbells } from '../workflows/doorbells';
import { createJourneySchedules, type JourneySchedules } from '../workflows/journey-schedules';
import { bringEntrySchedule, createScheduledEntryActivities } from '../activities/journeys/scheduled-entry';
import { createPullSchedules, type PullSchedules } from '../workflows/pull-schedules';
import { createDestinationSender } from '../activities/delivery/destination-sender';
import { createTestActivities } from '../activities/delivery/test-destination';
import { createEventRecorder } from '../activities/record-event';
import { intakePartition } from '../store/pending-event';
import { createImportKind } from '../activities/imports/import-kind';
import { createIngestActivities } from '../activities/ingest';
import { createJourneyActivities, usualRetryBudgetSeconds } from '../activities/journeys/journeys';
import { createIntakeMetrics } from '../activities/intake-metrics';
import { IntakeTurns } from '../activities/intake-turns';
import { createWorkMetrics, type WorkMetrics } from '../activities/work-metrics';
import { createMemberCopy } from '../activities/operations/copy-members';
import { createDeadLetterReplay } from '../activities/operations/dead-letter-replay/dead-letter-replay';
import { createEnrolMembers } from '../activities/operations/enrol-members';
import { createSimulation } from '../activities/operations/simulation/simulation';
import { createErasure } from '../activities/operations/erasure/erasure';
import { createExport } from '../activities/operations/export/export';
import { createJourneyRuns } from '../activities/operations/journey-runs';
import { createRetention } from '../activities/operations/retention/retention';
import { createOperationActivities, type OperationDeps } from '../activities/operations/operations';
import { bringSchedule } from '../activities/pulls/bring-schedule';
import { Outbox } from '../activities/outbox';
import { PullPlaces } from '../activities/pulls/pull-places';
import { createPullActivities } from '../activities/pulls/pulls';
import { createSourceTestActivities } from '../activities/pulls/test-source';
import { RulesetCache } from '../folding/ruleset-cache';
import { createSyncActivities } from '../activities/sync/sync';
import { restartStaleEnrollments, startEnrollment, wakeEnrollments } from '../activities/journeys/start-enrollment';
import { createSender } from '../destinations/send-request';
import type { JsonLimits } from '../domain/events/measure-json';
import { enrollmentId } from '../domain/ids';
import { createPullers, type PullersOptions } from '../sources/pullers';
import { SourcePolicies } from '../store/source-policies';
import type { Store } from '../store/store';
import { TrafficRecorder, usualCatalogueLimits, type CatalogueLimits } from '../store/traffic-recorder';
import { intakePlaces } from './worker';

export interface WorkerDeps {
  readonly store: Store;
  readonly client: Client;
  readonly queuePrefix: string;
  readonly clock: () => number;
  readonly log: Logger;
  readonly registry: Registry;
  readonly allowedTargets: readonly string[];
  readonly sourceFolders: PullersOptions['sourceFolders'];
  readonly pulls: {
    /** How many sources of a workspace are read at the same time. */
    readonly perWorkspace: number;
    /** Of an answer that is read in one go. */
    readonly maxPageBytes: number;
    readonly turnMs?: number;
  };
  readonly intakeBatch: number;
  /** Between transactions of a back-fill. */
  readonly backfillPauseMs: number;
  /** After how long without anything of a person their session is over. */
  readonly sessionMs: number;
  /** What one event may be, wherever it comes from. */
  readonly eventLimits: JsonLimits;
  readonly imports: { readonly backlog: number; readonly keepHours: number; readonly maxColumns: number };
  readonly catalogueLimits?: CatalogueLimits;
  /** How long an erasure waits for destinations to confirm. */
  readonly erasureWaitMs: number;
  /** How long the file of an export is kept. */
  readonly exportKeepMs: number;
}

const batchBytes = 4 * 1024 * 1024;

/** Puts the activities together: everything a worker can do, over what it was given. */
export function composeActivities(deps: WorkerDeps) {
  const { store, client, queuePrefix, clock, log, registry } = deps;
  const doorbells = createDoorbells(deps);
  const metrics = { ...createIntakeMetrics(registry), ...createWorkMetrics(registry) };
  const schedules = createPullSchedules(client, queuePrefix);
  const entries = createJourneySchedules(client, queuePrefix);
  const outbox = composeOutbox(deps, doorbells, { schedules, entries });
  const applying = { store, rulesets: new RulesetCache(store), clock, outbox, log, metrics };
  const sender = createSender({ allowedTargets: [...deps.allowedTargets] });
  const delivering = { store, sender, clock, log, metrics: createDeliveryMetrics(registry) };
  const journeySender = createDestinationSender(delivering);
  const starting = { client, store, queuePrefix, clock };
  const judging = composeJudging(deps);
  const pullers = createPullers({ ...deps, ...deps.imports, ...deps.pulls });
  const pulling = { ...applying, ...judging, doorbells, pullers, limits: deps.eventLimits };
  return {
    ...createIngestActivities({
      ...applying,
      ...{ turns: new IntakeTurns(intakePlaces), limits: { batchEvents: deps.intakeBatch, batchBytes } },
    }),
    ...createClockActivities({
      ...{ ...applying, doorbells, schedules, entries },
      restartStale: (now) => restartStaleEnrollments(starting, now),
    }),
    ...createBackfillActivities({ ...applying, backfillPauseMs: deps.backfillPauseMs }),
    ...createJourneyActivities({
      ...{ store, clock, log, metrics: delivering.metrics, sender: journeySender },
      ...{ retryBudgetSeconds: usualRetryBudgetSeconds, sessionMs: deps.sessionMs },
      recordEvent: createEventRecorder(store, doorbells),
      ringRun: doorbells.enrollment,
      ringIntake: async (ws) => doorbells.intake(ws, intakePartition),
    }),
    ...createScheduledEntryActivities({ store, clock, ringOperation: doorbells.operation }),
    ...createSyncActivities(delivering),
    ...createOperationActivities({
      ...{ store, clock, log, metrics },
      kinds: {
        ...composePrivacy(deps, outbox),
        import: composeImports(deps, judging, { doorbells, metrics }),
        'audience-copy': createMemberCopy({ store, ringIntake: doorbells.intake, backlog: deps.imports.backlog }),
        ...composeJourneyWork(deps, doorbells),
        'dead-letter-replay': createDeadLetterReplay({ store, ...judging, doorbells, limits: deps.eventLimits }),
      } satisfies Required<OperationDeps['kinds']>,
    }),
    ...createTestActivities(delivering),
    ...createPullActivities({ ...pulling, ...composePulls(deps) }),
    ...createSourceTestActivities(pulling),
  };
}

function composeJudging({ store, log, catalogueLimits = usualCatalogueLimits }: WorkerDeps) {
  const onFailure = (): void => log.warn('figures of sources of a second are lost');
  return {
    policies: new SourcePolicies(store),
    traffic: new TrafficRecorder({ store, limits: catalogueLimits, onFailure }),
  };
}

function composePulls({ pulls: { perWorkspace, turnMs }, imports: { backlog } }: WorkerDeps) {
  return { places: new PullPlaces(perWorkspace), backlog, ...(turnMs !== undefined && { pullTurnMs: turnMs }) };
}

function composeImports(
  { store, eventLimits: limits, imports: { backlog, keepHours } }: WorkerDeps,
  judging: ReturnType<typeof composeJudging>,
  { doorbells, metrics }: { readonly doorbells: Doorbells; readonly metrics: WorkMetrics },
) {
  const keepMs = keepHours * 3_600_000;
  return createImportKind({ store, ...judging, metrics, ringIntake: doorbells.intake, limits, backlog, keepMs });
}

function composeOutbox(
  { store, client, queuePrefix, clock, log }: WorkerDeps,
  doorbells: Doorbells,
  { schedules, entries }: { readonly schedules: PullSchedules; readonly entries: JourneySchedules },
): Outbox {
  const starting = { client, store, queuePrefix, ringRun: doorbells.enrollment, clock };
  return new Outbox(
    store.outbox,
    {
      'start-enrollment': async (row, work) => startEnrollment(starting, row.ws, enrollmentId(work.enrollment)),
      wake: async (row, work) => wakeEnrollments(starting, row.ws, work),
      sync: async (row, work) => doorbells.sync(row.ws, work.audience, work.destination),
      backfill: async (row) => doorbells.backfill(row.ws),
      group: async (row, work) => askMembers({ store, clock, ringBackfill: doorbells.backfill }, row.ws, work),
      operation: async (row, work) => doorbells.operation(row.ws, work.operation),
      'pull-schedule': async (row, work) => bringSchedule({ store, schedules }, row.ws, work.source),
      'journey-schedule': async (row, work) =>
        bringEntrySchedule({ store, schedules: entries, clock }, row.ws, work.journey),
    },
    log,
  );
}

/** Long work on many runs. */
function composeJourneyWork({ store, clock, sessionMs, imports: { backlog } }: WorkerDeps, doorbells: Doorbells) {
  return {
    'journey-runs': createJourneyRuns({ store, clock, wakeRun: doorbells.enrollment }),
    'journey-enrol': createEnrolMembers({ store, clock, ringIntake: doorbells.intake, backlog }),
    simulation: createSimulation({ store, sessionMs }),
  };
}

/** Long work on what is kept of people. */
function composePrivacy({ store, clock, erasureWaitMs, exportKeepMs }: WorkerDeps, outbox: Outbox) {
  return {
    erasure: createErasure({ store, clock, waitMs: erasureWaitMs }),
    export: createExport({ store, keepMs: exportKeepMs }),
    retention: createRetention({ store, outbox }),
  };
}

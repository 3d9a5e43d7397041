import type { Client } from '@temporalio/client';
import type { Logger } from 'pino';
import type { Registry } from 'prom-client';
import { createBackfillActivities } from '../activities/backfill';
import { createClockActivities } from '../activities/clock';
import { createDeliveryMetrics } from '../activities/delivery/delivery-metrics';
import { createDoorbells, type Doorbells } from '../workflows/doorbells';
import { createPullSchedules, type PullSchedules } from '../workflows/pull-schedules';
import { createDestinationSender } from '../activities/delivery/destination-sender';
import { createTestActivities } from '../activities/delivery/test-destination';
import { createEventRecorder } from '../activities/record-event';
import { createIngestActivities } from '../activities/ingest';
import { createJourneyActivities } from '../activities/journeys/journeys';
import { createIntakeMetrics } from '../activities/intake-metrics';
import { createOperationActivities } from '../activities/operations/operations';
import { bringSchedule } from '../activities/pulls/bring-schedule';
import { Outbox } from '../activities/outbox';
import { createPullActivities } from '../activities/pulls/pulls';
import { createSourceTestActivities } from '../activities/pulls/test-source';
import { RulesetCache } from '../activities/apply/ruleset-cache';
import { createSyncActivities } from '../activities/sync/sync';
import { restartStaleEnrollments, startEnrollment, wakeEnrollments } from '../activities/journeys/start-enrollment';
import { createSender } from '../destinations/send-request';
import type { JsonLimits } from '../domain/events/measure-json';
import { enrollmentId } from '../domain/ids';
import { createPullers } from '../sources/pullers';
import type { Store } from '../store/store';

export interface WorkerDeps {
  readonly store: Store;
  readonly client: Client;
  readonly queuePrefix: string;
  readonly clock: () => number;
  readonly log: Logger;
  readonly registry: Registry;
  readonly allowedTargets: readonly string[];
  readonly sourceFolders: readonly string[];
  readonly intakeBatch: number;
  readonly maxPullBacklog: number;
  /** What one event may be, wherever it comes from. */
  readonly eventLimits: JsonLimits;
}

/** A day of attempts, as the webhook standard's schedule has it. */
const retryBudgetSeconds = 24 * 3_600;
const batchBytes = 4 * 1024 * 1024;

/** Puts the activities together: everything a worker can do, over what it was given. */
export function composeActivities(deps: WorkerDeps) {
  const { store, client, queuePrefix, clock, log, registry } = deps;
  const doorbells = createDoorbells(client, queuePrefix);
  const metrics = createIntakeMetrics(registry);
  const schedules = createPullSchedules(client, queuePrefix);
  const outbox = composeOutbox(deps, doorbells, schedules);
  const applying = { store, rulesets: new RulesetCache(store), clock, outbox, log, metrics };
  const sender = createSender({ allowedTargets: [...deps.allowedTargets] });
  const delivering = { store, sender, clock, log, metrics: createDeliveryMetrics(registry) };
  const journeySender = createDestinationSender(delivering);
  const starting = { client, store, queuePrefix, clock };
  const pulling = { ...applying, doorbells, pullers: createPullers(deps), limits: deps.eventLimits };
  return {
    ...createIngestActivities({ ...applying, limits: { batchEvents: deps.intakeBatch, batchBytes } }),
    ...createClockActivities({
      ...applying,
      restartStale: (now) => restartStaleEnrollments(starting, now),
      doorbells,
      schedules,
    }),
    ...createBackfillActivities(applying),
    ...createJourneyActivities({
      store,
      sender: journeySender,
      clock,
      log,
      metrics: delivering.metrics,
      retryBudgetSeconds,
      recordEvent: createEventRecorder(store, doorbells),
    }),
    ...createSyncActivities(delivering),
    ...createOperationActivities({ store, clock, log, kinds: {} }),
    ...createTestActivities(delivering),
    ...createPullActivities({ ...pulling, maxBacklog: deps.maxPullBacklog }),
    ...createSourceTestActivities(pulling),
  };
}

function composeOutbox(
  { store, client, queuePrefix, clock, log }: WorkerDeps,
  doorbells: Doorbells,
  schedules: PullSchedules,
): Outbox {
  const starting = { client, store, queuePrefix, clock };
  return new Outbox(
    store.outbox,
    {
      'start-enrollment': async (row, work) => startEnrollment(starting, row.ws, enrollmentId(work.enrollment)),
      wake: async (row, work) => wakeEnrollments(starting, row.ws, work),
      sync: async (row, work) => doorbells.sync(row.ws, work.audience, work.destination),
      backfill: async (row) => doorbells.backfill(row.ws),
      operation: async (row, work) => doorbells.operation(row.ws, work.operation),
      'pull-schedule': async (row, work) => bringSchedule({ store, schedules }, row.ws, work.source),
    },
    log,
  );
}

import type { Client } from '@temporalio/client';
import { WorkflowNotFoundError } from '@temporalio/common';
import type { ConnectionTest } from '../domain/delivery/connection-test';
import { slotCount } from '../domain/profiles/slot';
import type { WorkspaceId } from '../domain/ids';
import { createPacedRing, type Pacing } from './paced-ring';
import { ringSignal, taskQueueOf, wakeSignal, type QueueName, type WorkflowName } from '../temporal-names';
import {
  backfillWorkflowId,
  clockWorkflowId,
  intakeWorkflowId,
  operationWorkflowId,
  syncWorkflowId,
  testWorkflowId,
} from './workflow-ids';

/**
 * Rings the workflows that look after something, starting those that do not run. Ringing twice does no harm, and all but syncs are
 * rung as often as they can use, and no more: docs/adr/0035.
 */
export interface Doorbells {
  /** Returns at once and never fails: events are stored, and the clock rings for whatever stays pending. */
  readonly intake: (ws: WorkspaceId, partition: number) => void;
  readonly backfill: (ws: WorkspaceId) => Promise<void>;
  readonly sync: (ws: WorkspaceId, audience: string, destination: string) => Promise<void>;
  /** Begins, or goes on with, long work. */
  readonly operation: (ws: WorkspaceId, id: string) => Promise<void>;
  /** Has a destination asked whether it can be used, by a worker. Rejects when none answers in time. */
  readonly test: (ws: WorkspaceId, destination: string) => Promise<ConnectionTest>;
  /** Wakes one run; one whose workflow is gone needs no ring, since the clock starts again those that should not be gone. */
  readonly enrollment: (workflowId: string) => Promise<void>;
  /** Starts the clocks that do not run. */
  readonly clocks: () => Promise<void>;
}

export interface DoorbellDeps extends Pick<Pacing, 'later'> {
  readonly client: Client;
  /** Separates deployments, and tests, that share a Temporal namespace. */
  readonly queuePrefix: string;
  readonly log: Log;
}

interface Log {
  warn(fields: object, message: string): void;
  info(message: string): void;
}

export function createDoorbells(deps: DoorbellDeps, clocks = 1): Doorbells {
  const { client, queuePrefix, log, later } = deps;
  // By its own clock: that of whoever composes a worker may be a test's.
  const paced = createPacedRing(later ? { later } : {});
  const { rung, failed } = createIntakeNotes(log);
  const reach = (type: WorkflowName, workflowId: string, queue: QueueName, argument: object): Promise<unknown> =>
    inTime(client, () =>
      client.workflow.signalWithStart(type, {
        workflowId,
        taskQueue: taskQueueOf(queuePrefix, queue),
        args: [argument],
        signal: ringSignal,
        signalArgs: [],
      }),
    );
  const ring = (...of: Parameters<typeof reach>): Promise<void> => paced(of[1], () => reach(...of));
  return {
    intake: (ws, partition) =>
      void ring('intake', intakeWorkflowId(ws, partition), 'intake', { ws, partition }).then(rung, failed),
    backfill: (ws) => ring('backfill', backfillWorkflowId(ws), 'clock', { ws }),
    // As often as it is asked for: an intake does, once for each batch, and would wait for the rest before the next.
    sync: async (ws, audience, destination) =>
      void (await reach('sync', syncWorkflowId(ws, audience, destination), 'delivery', { ws, audience, destination })),
    operation: (ws, id) => {
      const workflowId = operationWorkflowId(ws, id);
      return paced(workflowId, () => start(deps, 'operation', 'operations', { workflowId, argument: { ws, id } }));
    },
    test: (ws, destination) =>
      client.workflow.execute<(ref: object) => Promise<ConnectionTest>>('destinationTest' satisfies WorkflowName, {
        workflowId: testWorkflowId(ws, destination),
        taskQueue: taskQueueOf(queuePrefix, 'delivery'),
        args: [{ ws, destination }],
        // Whoever asks while it is being tested gets the same answer.
        workflowIdConflictPolicy: 'USE_EXISTING',
        workflowExecutionTimeout: '25s',
      }),
    enrollment: (workflowId) => paced(workflowId, () => wake(client, workflowId)),
    clocks: async () => {
      for (let clock = 0; clock < clocks; clock += 1) {
        const range = {
          from: Math.floor((clock * slotCount) / clocks),
          to: Math.floor(((clock + 1) * slotCount) / clocks),
        };
        await start(deps, 'clock', 'clock', { workflowId: clockWorkflowId(queuePrefix, clock), argument: range });
      }
    },
  };
}

/** Longer than a ring is tried again while Temporal is away; one that is never answered is not to keep all later ones waiting. */
const longestRingMs = 60_000;

const inTime = <Answer>(client: Client, ring: () => Promise<Answer>): Promise<Answer> =>
  client.withDeadline(Date.now() + longestRingMs, ring);

/** Starts a workflow that goes on by itself; one that runs goes on as it is. */
async function start(
  { client, queuePrefix }: DoorbellDeps,
  type: WorkflowName,
  queue: QueueName,
  { workflowId, argument }: { readonly workflowId: string; readonly argument: object },
): Promise<void> {
  await inTime(client, () =>
    client.workflow.start(type, {
      workflowId,
      taskQueue: taskQueueOf(queuePrefix, queue),
      args: [argument],
      workflowIdConflictPolicy: 'USE_EXISTING',
    }),
  );
}

async function wake(client: Client, workflowId: string): Promise<void> {
  try {
    await inTime(client, () => client.workflow.getHandle(workflowId).signal(wakeSignal));
  } catch (error) {
    if (!(error instanceof WorkflowNotFoundError)) throw error;
  }
}

/** Says once that intakes cannot be rung, and once that they can be again. */
function createIntakeNotes(log: Log): { rung: () => void; failed: (error: unknown) => void } {
  let isDown = false;
  return {
    rung: () => {
      if (isDown) log.info('the intake can be rung again');
      isDown = false;
    },
    failed: (error) => {
      if (!isDown) log.warn({ code: codeOf(error) }, 'the intake cannot be rung; events wait in the store');
      isDown = true;
    },
  };
}

const codeOf = (error: unknown): string => (error instanceof Error ? error.name : typeof error);

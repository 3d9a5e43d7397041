import type { Client } from '@temporalio/client';
import { WorkflowNotFoundError } from '@temporalio/common';
import type { ConnectionTest } from '../domain/delivery/connection-test';
import { slotCount } from '../domain/profiles/slot';
import type { WorkspaceId } from '../domain/ids';
import { createDoorbell } from './doorbell';
import { ringSignal, taskQueueOf, wakeSignal, type QueueName, type WorkflowName } from '../temporal-names';
import {
  backfillWorkflowId,
  clockWorkflowId,
  intakeWorkflowId,
  operationWorkflowId,
  syncWorkflowId,
  testWorkflowId,
} from './workflow-ids';

/** Rings the workflows that look after something, starting those that do not run. Ringing twice does no harm. */
export interface Doorbells {
  readonly intake: (ws: WorkspaceId, partition: number) => Promise<void>;
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

export function createDoorbells(client: Client, queuePrefix: string, clocks = 1): Doorbells {
  const ring = async (type: WorkflowName, workflowId: string, queue: QueueName, argument: object): Promise<void> => {
    await client.workflow.signalWithStart(type, {
      workflowId,
      taskQueue: taskQueueOf(queuePrefix, queue),
      args: [argument],
      signal: ringSignal,
      signalArgs: [],
    });
  };
  return {
    intake: (ws, partition) => ring('intake', intakeWorkflowId(ws, partition), 'intake', { ws, partition }),
    backfill: (ws) => ring('backfill', backfillWorkflowId(ws), 'clock', { ws }),
    sync: (ws, audience, destination) =>
      ring('sync', syncWorkflowId(ws, audience, destination), 'delivery', { ws, audience, destination }),
    operation: async (ws, id) => {
      await client.workflow.start('operation' satisfies WorkflowName, {
        workflowId: operationWorkflowId(ws, id),
        taskQueue: taskQueueOf(queuePrefix, 'operations'),
        args: [{ ws, id }],
        workflowIdConflictPolicy: 'USE_EXISTING',
      });
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
    enrollment: createDoorbell<string>({ ring: (id) => wakeEnrollment(client, id), nameOf: (id) => id }),
    clocks: async () => {
      for (let clock = 0; clock < clocks; clock += 1) {
        const range = {
          from: Math.floor((clock * slotCount) / clocks),
          to: Math.floor(((clock + 1) * slotCount) / clocks),
        };
        await client.workflow.start('clock' satisfies WorkflowName, {
          workflowId: clockWorkflowId(queuePrefix, clock),
          taskQueue: taskQueueOf(queuePrefix, 'clock'),
          args: [range],
          workflowIdConflictPolicy: 'USE_EXISTING',
        });
      }
    },
  };
}

export async function wakeEnrollment(client: Client, workflowId: string): Promise<void> {
  try {
    await client.workflow.getHandle(workflowId).signal(wakeSignal);
  } catch (error) {
    if (!(error instanceof WorkflowNotFoundError)) throw error;
  }
}

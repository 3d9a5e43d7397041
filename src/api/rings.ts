import type { Client } from '@temporalio/client';
import type { Logger } from 'pino';
import { backfillWorkflowId, intakeWorkflowId } from '../workflows/workflow-ids';
import type { ApiDeps } from './deps';
import { createDoorbell } from './doorbell';

/** The two workflows that the API wakes. `queuePrefix` separates deployments, and tests, that share a Temporal namespace. */
export function createRings(
  client: Client,
  log: Logger,
  queuePrefix = '',
): Pick<ApiDeps, 'ringIntake' | 'startBackfill'> {
  const ring = async (type: string, workflowId: string, queue: string, argument: object): Promise<void> => {
    const taskQueue = `${queuePrefix}${queue}`;
    await client.workflow.signalWithStart(type, {
      workflowId,
      taskQueue,
      args: [argument],
      signal: 'ring',
      signalArgs: [],
    });
  };
  return {
    ringIntake: createDoorbell({
      ring: (ws, partition) => ring('intake', intakeWorkflowId(ws, partition), 'intake', { ws, partition }),
      log,
    }),
    startBackfill: (ws) => ring('backfill', backfillWorkflowId(ws), 'clock', { ws }),
  };
}

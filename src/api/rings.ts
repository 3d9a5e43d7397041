import type { Client } from '@temporalio/client';
import type { Logger } from 'pino';
import { createDoorbells } from '../workflows/doorbells';
import { createPullSchedules } from '../workflows/pull-schedules';
import type { ApiDeps } from './deps';

/** The workflows that the API wakes. `queuePrefix` separates deployments, and tests, that share a Temporal namespace. */
export function createRings(
  client: Client,
  log: Logger,
  queuePrefix = '',
): Pick<
  ApiDeps,
  'ringIntake' | 'startBackfill' | 'ringSync' | 'ringOperation' | 'testDestination' | 'pulls' | 'wakeRun'
> {
  const { intake, backfill, sync, operation, test, enrollment } = createDoorbells({ client, queuePrefix, log });
  return {
    ringIntake: intake,
    startBackfill: backfill,
    ringSync: sync,
    ringOperation: operation,
    testDestination: test,
    pulls: createPullSchedules(client, queuePrefix),
    wakeRun: enrollment,
  };
}

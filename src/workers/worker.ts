import { Worker, type NativeConnection, type WorkerOptions } from '@temporalio/worker';
import { usualCachedRuns } from '../config-limits';
import { taskQueueOf, type QueueName } from '../temporal-names';
import { failureInterceptor } from './failure-interceptor';

export interface WorkerSetup {
  readonly connection: NativeConnection;
  readonly namespace: string;
  /** Separates deployments, and tests, that share a Temporal namespace. */
  readonly queuePrefix: string;
  readonly workflows: Pick<WorkerOptions, 'workflowBundle' | 'workflowsPath'>;
  readonly activities: object;
  /** Runs of journeys that are kept in memory between two of their tasks. */
  readonly cachedRuns?: number;
}

/** Long activities that stop by themselves, between two transactions, as soon as they are told to. */
const endsWhenAsked = { shutdownGraceTime: 0 } as const;

/** How many workspaces a worker applies events of at the same time. */
export const intakePlaces = 8;

/** Slots per queue: intakes and clocks are few and long, deliveries many and waiting for others. */
const slots: Readonly<Record<QueueName, Partial<WorkerOptions>>> = {
  intake: {
    ...endsWhenAsked,
    maxConcurrentActivityTaskExecutions: intakePlaces,
    maxConcurrentWorkflowTaskExecutions: 8,
    maxCachedWorkflows: 100,
  },
  clock: {
    ...endsWhenAsked,
    maxConcurrentActivityTaskExecutions: 8,
    maxConcurrentWorkflowTaskExecutions: 4,
    maxCachedWorkflows: 50,
  },
  journeys: {
    maxConcurrentActivityTaskExecutions: 20,
    maxConcurrentLocalActivityExecutions: 20,
    maxConcurrentWorkflowTaskExecutions: 40,
  },
  operations: {
    ...endsWhenAsked,
    maxConcurrentActivityTaskExecutions: 8,
    maxConcurrentWorkflowTaskExecutions: 4,
    maxCachedWorkflows: 50,
  },
  // Whoever they ask decides how long they take: they have places of their own.
  pulls: {
    ...endsWhenAsked,
    maxConcurrentActivityTaskExecutions: 8,
    maxConcurrentWorkflowTaskExecutions: 4,
    maxCachedWorkflows: 50,
  },
  delivery: {
    maxConcurrentActivityTaskExecutions: 50,
    maxConcurrentWorkflowTaskExecutions: 8,
    maxCachedWorkflows: 200,
  },
};

/** One worker per task queue, so that none can starve another. */
export async function createWorkers(setup: WorkerSetup, queues: readonly QueueName[]): Promise<Worker[]> {
  const { cachedRuns = usualCachedRuns } = setup;
  return Promise.all(
    queues.map((queue) =>
      Worker.create({
        connection: setup.connection,
        namespace: setup.namespace,
        taskQueue: taskQueueOf(setup.queuePrefix, queue),
        ...setup.workflows,
        activities: setup.activities,
        interceptors: { activity: [() => ({ inbound: failureInterceptor })] },
        shutdownGraceTime: '10s',
        shutdownForceTime: '25s',
        ...slots[queue],
        ...(queue === 'journeys' && { maxCachedWorkflows: cachedRuns }),
      }),
    ),
  );
}

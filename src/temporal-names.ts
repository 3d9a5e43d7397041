/** The names that Heddle's processes and Temporal know each other by. Imports nothing, so that workflow code may use it too. */

/** Task queues, one for each kind of work, so that none can starve another. */
export const queueNames = ['intake', 'clock', 'journeys', 'delivery', 'operations', 'pulls'] as const;
export type QueueName = (typeof queueNames)[number];

/** As Temporal knows the queue. The prefix separates deployments, and tests, that share a namespace. */
export const taskQueueOf = (prefix: string, queue: QueueName): string => `${prefix}${queue}`;
/** Another queue of the same deployment. */
export const besideQueue = (taskQueue: string, queue: QueueName, other: QueueName): string =>
  taskQueueOf(taskQueue.slice(0, -queue.length), other);

/** Workflow types: what `src/workflows/index.ts` exports. */
export const workflowNames = [
  'backfill',
  'clock',
  'destinationTest',
  'enrollment',
  'intake',
  'operation',
  'pull',
  'scheduledEntry',
  'sourceTest',
  'sync',
] as const;
export type WorkflowName = (typeof workflowNames)[number];

/** Doorbells, signals without payload: `ring` for what looks after something, `wake` for an enrollment. */
export const ringSignal = 'ring';
export const wakeSignal = 'wake';

/** What the Temporal UI searches enrollments by; set once, at the start. No personal data. */
export const attributes = {
  workspace: { name: 'HeddleWorkspace', type: 'KEYWORD' },
  journey: { name: 'HeddleJourney', type: 'KEYWORD' },
  /** A keyed hash of the profile id: the same for all runs of a person, and nothing about them. */
  profile: { name: 'HeddleProfile', type: 'KEYWORD' },
  entry: { name: 'HeddleEntry', type: 'KEYWORD' },
  version: { name: 'HeddleVersion', type: 'INT' },
} as const;

import type { Client, ScheduleOptions } from '@temporalio/client';
import { ScheduleNotFoundError } from '@temporalio/client';
import { parseDuration } from '../domain/duration';
import type { WorkspaceId } from '../domain/ids';
import type { WantedSchedule } from '../domain/pulls/wanted-schedule';
import { taskQueueOf, type WorkflowName } from '../temporal-names';
import { bringSchedule, deleteSchedule } from './bring-schedule';
import { pullScheduleId, sourceTestWorkflowId } from './workflow-ids';

/** After an outage of Temporal, one time that was missed is made up for, and not all of them. */
const catchupWindow = '10m';
const longestJitterMs = 60_000;

/** What the schedule is to be, as of now. */
export type ReadWanted = () => Promise<WantedSchedule | undefined>;

/** The Temporal Schedules behind pulled sources, one for each. Bringing one twice to the same does no harm. */
export interface PullSchedules {
  /** Makes the schedule, changes it, or where `read` finds none takes it away, until it is as `read` says. */
  readonly bring: (ws: WorkspaceId, source: string, read: ReadWanted) => Promise<void>;
  /** Starts a run now, or as soon as the one that is under way has ended. Rejects when there is no schedule, or nobody answers. */
  readonly trigger: (ws: WorkspaceId, source: string) => Promise<void>;
  /** Has a worker read the source's first rows, and keep them under `test`. Rejects when none does in time. */
  readonly test: (ws: WorkspaceId, source: string, test: string) => Promise<void>;
  /** Epoch milliseconds of the next run; `undefined` where none is to come. */
  readonly next: (ws: WorkspaceId, source: string) => Promise<number | undefined>;
}

export function createPullSchedules(client: Client, queuePrefix: string): PullSchedules {
  const handleOf = (ws: WorkspaceId, source: string) => client.schedule.getHandle(pullScheduleId(ws, source));
  return {
    bring: async (ws, source, read) => {
      const id = pullScheduleId(ws, source);
      let wanted = await read();
      for (let brought: string | undefined = 'nothing'; JSON.stringify(wanted) !== brought; wanted = await read()) {
        brought = JSON.stringify(wanted);
        await (wanted ? bringSchedule(client, optionsOf(ws, source, wanted, queuePrefix)) : deleteSchedule(client, id));
      }
    },
    // Not skipped: a run that has told its outcome is under way until Temporal has heard of it, and one that is may be past what was written since.
    trigger: (ws, source) => handleOf(ws, source).trigger('BUFFER_ONE'),
    test: async (ws, source, test) => {
      await client.workflow.execute('sourceTest' satisfies WorkflowName, {
        workflowId: sourceTestWorkflowId(ws, `${source}/${test}`),
        taskQueue: taskQueueOf(queuePrefix, 'pulls'),
        args: [{ ws, source, test }],
        workflowExecutionTimeout: '45s',
      });
    },
    next: async (ws, source) => {
      try {
        const { info, state } = await handleOf(ws, source).describe();
        return state.paused ? undefined : info.nextActionTimes[0]?.getTime();
      } catch (error) {
        if (error instanceof ScheduleNotFoundError) return undefined;
        throw error;
      }
    },
  };
}

function optionsOf(
  ws: WorkspaceId,
  source: string,
  { schedule, paused }: WantedSchedule,
  queuePrefix: string,
): ScheduleOptions {
  return {
    scheduleId: pullScheduleId(ws, source),
    spec: specOf(schedule),
    action: {
      type: 'startWorkflow',
      workflowType: 'pull' satisfies WorkflowName,
      workflowId: pullScheduleId(ws, source),
      taskQueue: taskQueueOf(queuePrefix, 'pulls'),
      args: [{ ws, source }],
    },
    policies: { overlap: 'SKIP', catchupWindow, pauseOnFailure: false },
    state: { paused: paused !== undefined, note: paused ?? 'as the source says' },
  };
}

/** Spread a little, so that sources with the same interval do not all ask in the same second. */
function specOf(schedule: WantedSchedule['schedule']): ScheduleOptions['spec'] {
  if (typeof schedule !== 'string') return { cronExpressions: [schedule.cron], timezone: schedule.zone, jitter: '10s' };
  const every = parseDuration(schedule);
  return { intervals: [{ every }], jitter: Math.min(Math.floor(every / 10), longestJitterMs) };
}

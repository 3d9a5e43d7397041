import type { CalendarSpec, Client, ScheduleOptions } from '@temporalio/client';
import { cronOf, firesAfterGaps } from '../domain/cron';
import type { WorkspaceId } from '../domain/ids';
import { taskQueueOf, type WorkflowName } from '../temporal-names';
import { bringSchedule, deleteSchedule } from './bring-schedule';
import { entryScheduleId, readEntryScheduleId } from './workflow-ids';

/** Of the instants that were missed while Temporal was down; which of them still counts, the activity says. */
const catchupWindow = '72h';
/** For so long ahead Temporal is told of changes of the clock; it is told anew every ten minutes. */
const yearsAhead = 3;

/** What the schedule of a journey should be. */
export interface WantedEntries {
  readonly schedule: { readonly schedule: string; readonly zone: string };
  readonly isPaused: boolean;
}

/** The Temporal Schedules behind journeys that begin by one. Bringing one twice to the same does no harm. */
export interface JourneySchedules {
  /** Makes the schedule, changes it, or without `wanted` takes it away. */
  readonly bring: (ws: WorkspaceId, journey: string, wanted: WantedEntries | undefined, now: number) => Promise<void>;
  /** Those that there are, of whatever workspace. */
  readonly list: () => Promise<{ readonly ws: string; readonly journey: string }[]>;
}

export function createJourneySchedules(client: Client, queuePrefix: string): JourneySchedules {
  return {
    bring: async (ws, journey, wanted, now) =>
      wanted
        ? bringSchedule(client, optionsOf({ ws, journey }, wanted, { queuePrefix, now }))
        : deleteSchedule(client, entryScheduleId(ws, journey)),
    list: async () => {
      const found: { ws: string; journey: string }[] = [];
      for await (const { scheduleId } of client.schedule.list()) {
        const of = readEntryScheduleId(scheduleId);
        if (of) found.push(of);
      }
      return found;
    },
  };
}

/** Each instant has a workflow of its own, so that one that nobody has picked up yet keeps no later one from its turn. */
function optionsOf(
  ref: { readonly ws: WorkspaceId; readonly journey: string },
  { schedule: { schedule, zone }, isPaused }: WantedEntries,
  { queuePrefix, now }: { readonly queuePrefix: string; readonly now: number },
): ScheduleOptions {
  const scheduleId = entryScheduleId(ref.ws, ref.journey);
  return {
    scheduleId,
    spec: {
      calendars: [calendarOf(schedule), ...firesAfterGaps(schedule, zone, now, yearsAhead).map(at)],
      timezone: zone,
    },
    action: {
      type: 'startWorkflow',
      workflowType: 'scheduledEntry' satisfies WorkflowName,
      workflowId: scheduleId,
      taskQueue: taskQueueOf(queuePrefix, 'operations'),
      args: [ref],
      workflowExecutionTimeout: catchupWindow,
    },
    policies: { overlap: 'ALLOW_ALL', catchupWindow, pauseOnFailure: false },
    state: { paused: isPaused, note: isPaused ? 'The journey is paused.' : 'as the journey says' },
  };
}

const months = [
  ...(['JANUARY', 'FEBRUARY', 'MARCH', 'APRIL', 'MAY', 'JUNE'] as const),
  ...(['JULY', 'AUGUST', 'SEPTEMBER', 'OCTOBER', 'NOVEMBER', 'DECEMBER'] as const),
];
const weekdays = ['SUNDAY', 'MONDAY', 'TUESDAY', 'WEDNESDAY', 'THURSDAY', 'FRIDAY', 'SATURDAY'] as const;
const named = <Name>(names: readonly Name[], numbers: readonly number[]): Name[] =>
  numbers.flatMap((number) => names[number] ?? []);

function calendarOf(schedule: string): CalendarSpec {
  const cron = cronOf(schedule);
  return {
    minute: [...cron.minutes],
    hour: [...cron.hours],
    dayOfMonth: [...cron.daysOfMonth],
    month: named(
      months,
      cron.months.map((month) => month - 1),
    ),
    dayOfWeek: named(weekdays, cron.daysOfWeek),
  };
}

/** One time, as the clock on the wall says it. */
const at = (wall: Date): CalendarSpec => ({
  minute: wall.getUTCMinutes(),
  hour: wall.getUTCHours(),
  dayOfMonth: wall.getUTCDate(),
  month: named(months, [wall.getUTCMonth()]),
  year: wall.getUTCFullYear(),
});

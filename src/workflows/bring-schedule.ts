import { ScheduleAlreadyRunning, ScheduleNotFoundError, type Client, type ScheduleOptions } from '@temporalio/client';

/** Makes a Temporal Schedule, or changes the one that there is. */
export async function bringSchedule(client: Client, options: ScheduleOptions): Promise<void> {
  try {
    await client.schedule.create(options);
  } catch (error) {
    if (!(error instanceof ScheduleAlreadyRunning)) throw error;
    const { scheduleId, spec, action, policies, state } = options;
    await client.schedule
      .getHandle(scheduleId)
      .update((before) => ({ ...before, spec, action, policies, state: { ...state } }) as never);
  }
}

/** One that is gone is fine. */
export async function deleteSchedule(client: Client, id: string): Promise<void> {
  try {
    await client.schedule.getHandle(id).delete();
  } catch (error) {
    if (!(error instanceof ScheduleNotFoundError)) throw error;
  }
}

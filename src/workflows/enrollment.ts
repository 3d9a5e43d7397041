import {
  ActivityFailure,
  condition,
  continueAsNew,
  defineSignal,
  isCancellation,
  proxyActivities,
  proxyLocalActivities,
  setCurrentDetails,
  setHandler,
  workflowInfo,
} from '@temporalio/workflow';
import type { JourneyActivities } from '../activities/journeys/journeys';
import type { Next } from '../domain/journeys/next';
import { besideQueue, wakeSignal } from '../temporal-names';

export interface EnrollmentInput {
  readonly ws: string;
  readonly enrollment: string;
  /** What a run that continued as new had been told to do. */
  readonly resume?: Next;
}

/** A doorbell: something may have happened that the run waits for. What it was is in the store. */
export const wake = defineSignal(wakeSignal);

/** A run takes 10,000 signals; continuing as new is not suggested because of them. */
const ringsPerRun = 2_000;

const { advance } = proxyLocalActivities<JourneyActivities>({
  startToCloseTimeout: '10s',
  retry: { initialInterval: '200ms', maximumInterval: '30s' },
});

/** One profile's run through one journey: do as `advance` says, until it says exit. */
export async function enrollment({ resume, ...ref }: EnrollmentInput): Promise<string> {
  let isRung = false;
  let rings = 0;
  setHandler(wake, () => {
    isRung = true;
    rings += 1;
  });
  let next = resume ?? (await advance({ ...ref, now: Date.now() }));
  while (next.do !== 'exit') {
    setCurrentDetails(next.details);
    if (workflowInfo().continueAsNewSuggested || rings > ringsPerRun)
      await continueAsNew<typeof enrollment>(isRung ? ref : { ...ref, resume: next });
    next = next.do === 'wait' ? await look(next) : await attempt(next);
  }
  setCurrentDetails(`Ended: **${next.reason}**`);
  return next.reason;

  async function look({ dueAt, label }: Extract<Next, { do: 'wait' }>): Promise<Next> {
    const waitMs = dueAt - Date.now();
    if (waitMs > 0) await condition(() => isRung, waitMs, { summary: label });
    isRung = false;
    return advance({ ...ref, now: Date.now() });
  }

  async function attempt({ step, visit, label, budgetSeconds }: Extract<Next, { do: 'deliver' }>): Promise<Next> {
    isRung = false;
    const now = Date.now();
    try {
      return await delivery(label, budgetSeconds).deliver({ ...ref, step, visit, now });
    } catch (failure) {
      if (!(failure instanceof ActivityFailure) || isCancellation(failure)) throw failure;
      return advance({ ...ref, now: Date.now(), gaveUp: { step, visit } });
    }
  }
}

/** Deliveries have a task queue of their own, beside this one. */
function delivery(summary: string, budgetSeconds: number) {
  return proxyActivities<JourneyActivities>({
    taskQueue: besideQueue(workflowInfo().taskQueue, 'journeys', 'delivery'),
    startToCloseTimeout: '30s',
    scheduleToCloseTimeout: budgetSeconds * 1_000,
    retry: { initialInterval: '2s', maximumInterval: '10m' },
    summary,
  });
}

import {
  condition,
  defineSignal,
  proxyActivities,
  proxyLocalActivities,
  setHandler,
  sleep,
} from '@temporalio/workflow';

export const ring = defineSignal('ring');

interface Activities {
  nothing(): Promise<void>;
}
const { nothing: look } = proxyLocalActivities<Activities>({ startToCloseTimeout: '10s' });
const { nothing } = proxyActivities<Activities>({ startToCloseTimeout: '10s' });

/** The least a run can be: started, woken once, one activity, ended. */
export async function floorWorkflow(): Promise<void> {
  let isRung = false;
  setHandler(ring, () => void (isRung = true));
  await condition(() => isRung);
  await nothing();
}

/** The commands of a run that is told what it waits for and sends once: two looks, a timer, an activity; and nothing else. */
export async function floorCommands(): Promise<void> {
  let isRung = false;
  setHandler(ring, () => void (isRung = true));
  await look();
  await condition(() => isRung, '7 days');
  await look();
  await nothing();
}

/** The commands of a run that waits for an instant: two looks and a timer. Answers by how many ms it had its turn late. */
export async function floorTimer(dueAt: number): Promise<number> {
  await look();
  await sleep(Math.max(0, dueAt - Date.now()));
  const wokenAt = Date.now();
  await look();
  return wokenAt - dueAt;
}

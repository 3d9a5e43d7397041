import { condition, defineSignal, proxyActivities, setHandler } from '@temporalio/workflow';

export const ring = defineSignal('ring');

const { nothing } = proxyActivities<{ nothing(): Promise<void> }>({ startToCloseTimeout: '10s' });

/** The least a run can be: started, woken once, one activity, ended. */
export async function floorWorkflow(): Promise<void> {
  let isRung = false;
  setHandler(ring, () => void (isRung = true));
  await condition(() => isRung);
  await nothing();
}

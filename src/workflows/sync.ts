import {
  condition,
  continueAsNew,
  proxyActivities,
  setCurrentDetails,
  setHandler,
  workflowInfo,
} from '@temporalio/workflow';
import type { SyncActivities } from '../activities/sync/sync';
import { ring } from './intake';

/** One audience kept in step with one destination. */
export interface PairRef {
  readonly ws: string;
  readonly audience: string;
  readonly destination: string;
}

const ringsPerRun = 500;

const { syncMembers } = proxyActivities<SyncActivities>({
  startToCloseTimeout: '5m',
  heartbeatTimeout: '10s',
  retry: { initialInterval: '1s', maximumInterval: '1m' },
});

/** Brings a destination to what it should hold, whenever it is rung and whenever a retry is due. */
export async function sync(ref: PairRef): Promise<void> {
  let isRung = true;
  let rings = 0;
  setHandler(ring, () => {
    isRung = true;
    rings += 1;
  });
  while (rings < ringsPerRun && !workflowInfo().continueAsNewSuggested) {
    isRung = false;
    const { label, resumeInMs } = await syncMembers(ref);
    setCurrentDetails(label);
    if (resumeInMs === undefined) await condition(() => isRung);
    else await condition(() => isRung, resumeInMs, { summary: label.slice(0, 100) });
  }
  await continueAsNew<typeof sync>(ref);
}

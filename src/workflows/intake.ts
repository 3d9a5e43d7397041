import {
  condition,
  continueAsNew,
  defineSignal,
  proxyActivities,
  setCurrentDetails,
  setHandler,
  workflowInfo,
} from '@temporalio/workflow';
import type { IngestActivities } from '../activities/ingest';
import { ringSignal } from '../temporal-names';

export interface PartitionRef {
  readonly ws: string;
  readonly partition: number;
}

/** A doorbell: no payload, any number of rings mean "there may be something pending". */
export const ring = defineSignal(ringSignal);

const ringsPerRun = 500;

const { applyEvents } = proxyActivities<IngestActivities>({
  startToCloseTimeout: '60s',
  heartbeatTimeout: '5s',
  retry: { initialInterval: '200ms', backoffCoefficient: 1.5, maximumInterval: '5s' },
});

/** Applies the pending events of one partition whenever it is rung. A run starts as if rung, so nothing waits for a lost ring. */
export async function intake(ref: PartitionRef): Promise<void> {
  let isRung = true;
  let rings = 0;
  setHandler(ring, () => {
    isRung = true;
    rings += 1;
  });
  while (rings < ringsPerRun && !workflowInfo().continueAsNewSuggested) {
    setCurrentDetails('Idle: every accepted event is applied.');
    await condition(() => isRung);
    isRung = false;
    setCurrentDetails('Applying pending events.');
    const { hasMore } = await applyEvents(ref);
    isRung ||= hasMore;
  }
  await continueAsNew<typeof intake>(ref);
}

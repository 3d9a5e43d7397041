import { continueAsNew, proxyActivities, setCurrentDetails, sleep, workflowInfo } from '@temporalio/workflow';
import type { PullActivities, SourceRef } from '../activities/pulls/pulls';

const { pullSource } = proxyActivities<PullActivities>({
  startToCloseTimeout: '7d',
  heartbeatTimeout: '10s',
  retry: { initialInterval: '1s', maximumInterval: '5m' },
});

/** How long a source without a place waits before it asks for one again, at first and at most. */
const firstWaitMs = 1_000;
const longestWaitMs = 8_000;

/**
 * Asks a source for what is new, until it has been read to its end: turn after turn, between which other sources have theirs. How far it
 * has come is in the store, not here. It waits for a place of its workspace here, where waiting takes nobody else's.
 */
export async function pull(ref: SourceRef): Promise<string> {
  const reading = `Reading; GET /v1/sources/${ref.source}/pull says how far it has come.`;
  setCurrentDetails(reading);
  let waitMs = firstWaitMs;
  for (;;) {
    const outcome = await pullSource(ref);
    if (outcome === 'waits') {
      setCurrentDetails('Waiting: other sources of the workspace are being read.');
      await sleep(waitMs);
      waitMs = Math.min(waitMs * 2, longestWaitMs);
    } else if (outcome === 'goes-on') {
      setCurrentDetails(reading);
      waitMs = firstWaitMs;
    } else {
      setCurrentDetails(`Ended: ${outcome}.`);
      return outcome;
    }
    if (workflowInfo().continueAsNewSuggested) await continueAsNew<typeof pull>(ref);
  }
}

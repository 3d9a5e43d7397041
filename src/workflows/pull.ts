import { continueAsNew, proxyActivities, setCurrentDetails, workflowInfo } from '@temporalio/workflow';
import type { PullActivities, SourceRef } from '../activities/pulls/pulls';

const { pullSource } = proxyActivities<PullActivities>({
  startToCloseTimeout: '7d',
  heartbeatTimeout: '10s',
  retry: { initialInterval: '1s', maximumInterval: '5m' },
});

/**
 * Asks a source for what is new, until it has been read to its end: turn after turn, between which other sources have theirs. How far it
 * has come is in the store, not here.
 */
export async function pull(ref: SourceRef): Promise<string> {
  setCurrentDetails(`Reading; GET /v1/sources/${ref.source}/pull says how far it has come.`);
  let outcome = await pullSource(ref);
  while (outcome === 'goes-on') {
    if (workflowInfo().continueAsNewSuggested) await continueAsNew<typeof pull>(ref);
    outcome = await pullSource(ref);
  }
  setCurrentDetails(`Ended: ${outcome}.`);
  return outcome;
}

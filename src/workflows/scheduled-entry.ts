import { defineSearchAttributeKey } from '@temporalio/common';
import { proxyActivities, setCurrentDetails, workflowInfo } from '@temporalio/workflow';
import type { ScheduledEntryActivities, ScheduledRef } from '../activities/journeys/scheduled-entry';

const { beginScheduledEntry } = proxyActivities<ScheduledEntryActivities>({
  startToCloseTimeout: '30s',
  retry: { initialInterval: '1s', maximumInterval: '1m' },
});

/** When Temporal was to start this: also where it came to that only later. */
const scheduledStart = defineSearchAttributeKey('TemporalScheduledStartTime', 'DATETIME');

/** One instant of a journey that begins by a schedule: has an operation ask whoever is in the audience. */
export async function scheduledEntry(ref: Omit<ScheduledRef, 'at'>): Promise<string> {
  const at = workflowInfo().typedSearchAttributes.get(scheduledStart) ?? workflowInfo().startTime;
  const answer = await beginScheduledEntry({ ...ref, at: at.getTime() });
  setCurrentDetails(answer.startsWith('op_') ? `GET /v1/operations/${answer} says how far it has come.` : answer);
  return answer;
}

import { continueAsNew, proxyActivities } from '@temporalio/workflow';
import type { ClockActivities } from '../activities/clock';

/** The slots a clock owns, `from` inclusive and `to` exclusive, of 1,024. */
export interface ClockRange {
  readonly from: number;
  readonly to: number;
}

const sweepsPerRun = 100;

const { tick } = proxyActivities<ClockActivities>({
  startToCloseTimeout: '10m',
  heartbeatTimeout: '5s',
  retry: { initialInterval: '500ms', maximumInterval: '5s' },
});

/** What happens by time alone: one long, heartbeating activity that sweeps every second, started again for ever. */
export async function clock(range: ClockRange): Promise<void> {
  for (let sweep = 0; sweep < sweepsPerRun; sweep += 1) await tick(range);
  await continueAsNew<typeof clock>(range);
}

import { condition, proxyActivities, setCurrentDetails, setHandler } from '@temporalio/workflow';
import type { BackfillActivities } from '../activities/backfill';
import { ring } from './intake';

/** Writers that read the old rules may commit for a little after a save; the last pass begins when they cannot. */
const settleTime = '61s';

const { backfillProfiles, finishBackfill } = proxyActivities<BackfillActivities>({
  startToCloseTimeout: '1h',
  heartbeatTimeout: '10s',
  retry: { initialInterval: '500ms', maximumInterval: '10s' },
});

/** Brings every profile of a workspace to the newest rules, from its stored events. Rung again by each saved definition. */
export async function backfill(ref: { readonly ws: string }): Promise<void> {
  let isRung = true;
  setHandler(ring, () => {
    isRung = true;
  });
  while (isRung) {
    isRung = false;
    setCurrentDetails('Evaluating profiles under the newest definitions.');
    const version = await backfillProfiles(ref);
    if (isRung) continue;
    await finishBackfill({ ...ref, version });
    setCurrentDetails(
      'Every profile is evaluated; one more pass follows for writers that still had the old definitions.',
    );
    if (!(await condition(() => isRung, settleTime, { summary: 'before the last pass' }))) await backfillProfiles(ref);
  }
}

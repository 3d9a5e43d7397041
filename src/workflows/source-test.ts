import { proxyActivities } from '@temporalio/workflow';
import type { SourceTestActivities, SourceTestRef } from '../activities/pulls/test-source';

/** Nobody waits for a second try. */
const { testSource } = proxyActivities<SourceTestActivities>({
  startToCloseTimeout: '40s',
  retry: { maximumAttempts: 1 },
});

/** Asks a source for its first rows, which stay out of the history: whoever asked reads them from the store. */
export async function sourceTest(ref: SourceTestRef): Promise<void> {
  await testSource(ref);
}

import { proxyActivities } from '@temporalio/workflow';
import type { TestActivities } from '../activities/delivery/test-destination';
import type { ConnectionTest } from '../domain/delivery/connection-test';

/** Longer than a request may take; nobody waits for a second try. */
const { testDestination } = proxyActivities<TestActivities>({
  startToCloseTimeout: '20s',
  retry: { maximumAttempts: 1 },
});

/** Asks a destination, from where sends leave, whether it can be used as it is set up. */
export async function destinationTest(ref: {
  readonly ws: string;
  readonly destination: string;
}): Promise<ConnectionTest> {
  return testDestination(ref);
}

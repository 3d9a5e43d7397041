import { proxyActivities, setCurrentDetails } from '@temporalio/workflow';
import type { OperationActivities, OperationRef } from '../activities/operations/operations';

const { runOperation } = proxyActivities<OperationActivities>({
  startToCloseTimeout: '7d',
  heartbeatTimeout: '10s',
  retry: { initialInterval: '500ms', maximumInterval: '30s' },
});

/** Long work that somebody asked for, until it ends. How far it has come is in the operation, not here. */
export async function operation(ref: OperationRef): Promise<string> {
  setCurrentDetails(`Working; GET /v1/operations/${ref.id} says how far it has come.`);
  const status = await runOperation(ref);
  setCurrentDetails(`Ended: ${status}.`);
  return status;
}

import { continueAsNew, proxyActivities, setCurrentDetails, workflowInfo } from '@temporalio/workflow';
import type { OperationActivities, OperationRef, OperationTurn } from '../activities/operations/operations';

const { runOperation } = proxyActivities<OperationActivities>({
  startToCloseTimeout: '10m',
  heartbeatTimeout: '10s',
  retry: { initialInterval: '500ms', maximumInterval: '30s' },
});

/** Long work that somebody asked for, turn after turn until it ends. How far it has come is in the operation; here it is only shown. */
export async function operation(ref: OperationRef): Promise<string> {
  setCurrentDetails(`Beginning; GET /v1/operations/${ref.id} says how far it has come.`);
  while (!workflowInfo().continueAsNewSuggested) {
    const turn = await runOperation(ref);
    setCurrentDetails(describe(turn));
    if (turn.status !== 'running') return turn.status;
  }
  return continueAsNew<typeof operation>(ref);
}

function describe(turn: OperationTurn): string {
  if (turn.status === 'gone') return 'Gone: there is no such operation any more.';
  const { kind, status, progress } = turn;
  return `${kind}: ${status}, ${progress.done}${progress.total === undefined ? '' : ` of ${progress.total}`} done.`;
}

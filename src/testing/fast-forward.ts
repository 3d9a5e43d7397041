import { randomUUID } from 'node:crypto';
import type { Client } from '@temporalio/client';

/** Lets workflow time pass, or as much of it as the run still takes, on the server's virtual clock (temporal-server 1.32). */
export async function fastForward(client: Client, workflowId: string, ms: number): Promise<void> {
  const { namespace } = client.options;
  const id = randomUUID();
  const duration = { seconds: Math.floor(ms / 1_000) as never, nanos: (ms % 1_000) * 1_000_000 };
  const workflowExecution = { workflowId };
  await client.workflowService.updateWorkflowExecutionOptions({
    namespace,
    workflowExecution,
    updateMask: { paths: ['time_skipping_config'] },
    workflowExecutionOptions: { timeSkippingConfig: { enabled: true, fastForwardConfig: { id, duration } } },
  });
  for (;;) {
    const answer = (await client.workflowService.pollWorkflowExecutionTimeSkipping({
      namespace,
      workflowExecution,
      fastForwardId: id,
    })) as { fastForwardPollingResult: number; failedReason?: string };
    if (answer.fastForwardPollingResult === 2) return;
    // A run that ends on the way needs no more time.
    if (answer.fastForwardPollingResult === 3 && answer.failedReason?.includes('execution ended') === true) return;
    if (answer.fastForwardPollingResult === 3) throw new Error(answer.failedReason ?? 'time could not be skipped');
  }
}

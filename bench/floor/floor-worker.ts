import { DefaultLogger, NativeConnection, Runtime, Worker } from '@temporalio/worker';
import { usualCachedRuns } from '../../src/config-limits';

/** Serves the bare workflow with as many slots as Heddle's journeys have. */
async function main([address = '', namespace = '', taskQueue = '']: readonly string[]): Promise<void> {
  Runtime.install({ logger: new DefaultLogger('ERROR') });
  const worker = await Worker.create({
    connection: await NativeConnection.connect({ address }),
    namespace,
    taskQueue,
    workflowsPath: require.resolve('./floor-workflow.ts'),
    activities: { nothing: async () => undefined },
    maxConcurrentActivityTaskExecutions: 50,
    maxConcurrentWorkflowTaskExecutions: 40,
    maxCachedWorkflows: usualCachedRuns,
  });
  await worker.run();
}

void main(process.argv.slice(2));

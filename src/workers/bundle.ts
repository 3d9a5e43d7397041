import { writeFile } from 'node:fs/promises';
import { bundleWorkflowCode } from '@temporalio/worker';
import { workflowBundlePath } from './workflow-bundle';

/** Part of the build: bundles the workflows once, so that a worker starts without a compiler. */
async function main(): Promise<void> {
  const { code } = await bundleWorkflowCode({ workflowsPath: require.resolve('../workflows/index') });
  await writeFile(workflowBundlePath, code);
}

main().catch((error: unknown) => {
  process.stderr.write(
    `The workflows could not be bundled: ${error instanceof Error ? error.message : 'unknown reason'}\n`,
  );
  process.exit(1);
});

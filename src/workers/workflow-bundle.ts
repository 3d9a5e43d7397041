import { join } from 'node:path';

/** Where the build puts the workflows, next to the compiled workers. */
export const workflowBundlePath = join(__dirname, '..', 'workflow-bundle.js');

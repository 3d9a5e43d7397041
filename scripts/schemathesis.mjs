import { join } from 'node:path';
import { isExecutable, root } from './files.mjs';

/** The Python environment of the tool that asks every route at random: beside the servers. */
export const toolsIn = (env) => join(env.HEDDLE_LOCAL_DIR ?? join(root, '.local'), 'tools');

export const hasSchemathesis = (env) => isExecutable(join(toolsIn(env), 'bin/schemathesis'));

export const withoutSchemathesis =
  '· the test that asks every route at random is skipped: npm run setup:schemathesis installs its tool\n';

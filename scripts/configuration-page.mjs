// npm run docs:configuration: writes docs/operations/configuration.md from src/config.ts.
import { writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { root } from './files.mjs';
import { setup } from './setup.mjs';
import { main } from './terminal.mjs';

await main(async () => {
  await setup(['packages', 'build']);
  const { configurationPage } = createRequire(import.meta.url)(join(root, 'dist/config.js'));
  writeFileSync(join(root, 'docs/operations/configuration.md'), configurationPage());
});

// npm start: everything that is missing, then the demo.
import { join } from 'node:path';
import { root } from './files.mjs';
import { setup } from './setup.mjs';
import { hand, main } from './terminal.mjs';

await main(async () => {
  process.stdout.write('Heddle\n');
  await setup();
  return hand(process.execPath, [join(root, 'dist/cli/main.js'), 'dev', '--demo', ...process.argv.slice(2)], {
    cwd: root,
  });
});

// npm run bench [-- name…] [--json] [--store secantusd-rs|secantusd-py|mongod] [--sleepers n] [--enrollments n] [--due n] [--rows n] [--stored n] [--profiles n] [--batch n]
import { join } from 'node:path';
import { root } from '../scripts/files.mjs';
import { setup } from '../scripts/setup.mjs';
import { hand, main } from '../scripts/terminal.mjs';

await main(async () => {
  // What is measured is the built product; the benches themselves are compiled as they load.
  await setup();
  const bench = [join(root, 'bench/typescript.cjs'), join(root, 'bench/run.ts')];
  return hand(process.execPath, [...bench, ...process.argv.slice(2)], { cwd: root });
});

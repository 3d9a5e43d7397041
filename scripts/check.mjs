// npm run check: everything that can be said about the code without a server, in parallel. One line for each stage, all it printed when it fails.
import { availableParallelism } from 'node:os';
import { root } from './files.mjs';
import { setup } from './setup.mjs';
import { main, run } from './terminal.mjs';

/** A test that leaves something open keeps jest from ending; better a failure than a check that never ends. */
const patienceMs = 420_000;

const at = (path) => `node_modules/${path}`;
/** Longest first, so that the last to finish is a short one; the unit tests in parts, so that no core waits for them alone. */
const stages = [
  ['lint', at('eslint/bin/eslint.js'), '.', '--max-warnings', '0'],
  ...['1/3', '2/3', '3/3'].map((part) => [
    `unit ${part}`,
    ...[at('jest/bin/jest.js'), '--selectProjects', 'unit', '--maxWorkers=1', `--shard=${part}`],
  ]),
  ['types', at('typescript/bin/tsc'), '--noEmit'],
  ['browser types', at('typescript/bin/tsc'), '--noEmit', '-p', 'src/browser'],
  ['format', at('prettier/bin/prettier.cjs'), '--check', '--log-level', 'warn', '.'],
  ['unused', at('knip/bin/knip.js'), '--no-progress'],
  ['duplication', at('jscpd/run-jscpd.js'), 'src'],
];

await main(async () => {
  process.stdout.write('Heddle checks\n');
  await setup(['packages']);
  const waiting = [...stages];
  const failed = [];
  const work = async () => {
    for (let stage = waiting.shift(); stage; stage = waiting.shift()) {
      if (!(await passes(stage))) failed.push(stage[0]);
    }
  };
  await Promise.all(Array.from({ length: Math.min(availableParallelism(), stages.length) }, work));
  process.stdout.write(failed.length === 0 ? 'All checks passed.\n' : `Failed: ${failed.join(', ')}.\n`);
  return failed.length === 0 ? 0 : 1;
});

async function passes([name, ...command]) {
  const began = Date.now();
  const { code, output } = await run(process.execPath, command, { cwd: root, timeoutMs: patienceMs });
  const seconds = ((Date.now() - began) / 1000).toFixed(1);
  process.stdout.write(`${code === 0 ? '✓' : '✗'} ${name.padEnd(13)} ${seconds.padStart(5)} s\n`);
  if (code !== 0) process.stdout.write(`${output.trimEnd()}\n\n`);
  return code === 0;
}

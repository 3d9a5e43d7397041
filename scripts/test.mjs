// npm test: unit, integration and end-to-end tests, one after another. `npm test -- --unit src/domain` runs a part; other arguments go to jest.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findChromium, withoutChromium } from './chromium.mjs';
import { readJson, root } from './files.mjs';
import { hasSchemathesis, withoutSchemathesis } from './schemathesis.mjs';
import { setup } from './setup.mjs';
import { hand, main } from './terminal.mjs';

/** Servers are shared by all test files of a run. End-to-end tests wait much: for processes to start, and for time-outs of those that were killed. */
const projects = { unit: [], integration: ['--maxWorkers=2'], e2e: ['--maxWorkers=2'] };

await main(async () => {
  process.stdout.write('Heddle tests\n');
  const isProject = (arg) => Object.hasOwn(projects, arg.replace(/^--/, '')) && arg.startsWith('--');
  const chosen = process.argv
    .slice(2)
    .filter(isProject)
    .map((arg) => arg.slice(2));
  const rest = process.argv.slice(2).filter((arg) => !isProject(arg));
  const names = chosen.length > 0 ? chosen : Object.keys(projects);
  const isUnitOnly = names.every((name) => name === 'unit');
  await setup(isUnitOnly ? ['packages'] : ['packages', 'servers', 'build', 'browser']);
  if (!isUnitOnly && !findChromium(process.env)) process.stdout.write(withoutChromium);
  if (names.includes('integration') && !hasSchemathesis(process.env)) process.stdout.write(withoutSchemathesis);

  const reports = mkdtempSync(join(tmpdir(), 'heddle-jest-'));
  try {
    const results = [];
    for (const name of names) results.push(await runProject(name, rest, join(reports, `${name}.json`)));
    if (results.length > 1) process.stdout.write(`\n${summary(results)}\n`);
    return results.every(({ code }) => code === 0) ? 0 : 1;
  } finally {
    rmSync(reports, { recursive: true, force: true });
  }
});

async function runProject(name, rest, report) {
  const args = [
    '--selectProjects',
    name,
    ...projects[name],
    '--reporters=default',
    '--reporters=./scripts/count-tests.cjs',
  ];
  const partly = rest.length > 0 ? ['--passWithNoTests', ...rest] : [];
  const env = { ...process.env, HEDDLE_TEST_COUNTS: report };
  const code = await hand(process.execPath, ['node_modules/jest/bin/jest.js', ...args, ...partly], { cwd: root, env });
  return { name, code, report: readJson(report) };
}

/** All projects as one, in the words of jest's own summary. */
function summary(results) {
  const sum = (field) => results.reduce((total, { report }) => total + (report?.[field] ?? 0), 0);
  const line = (what) =>
    ['Failed', 'Pending', 'Passed', 'Total']
      .map((state) => [sum(`num${state}${what}`), state.toLowerCase().replace('pending', 'skipped')])
      .filter(([count, state]) => count > 0 || state === 'total')
      .map(([count, state]) => `${count} ${state}`)
      .join(', ');
  const failed = results.filter(({ code }) => code !== 0).map(({ name }) => name);
  return [
    `All projects: ${results.map(({ name }) => name).join(', ')}${failed.length > 0 ? ` (failed: ${failed.join(', ')})` : ''}`,
    `Test Suites: ${line('TestSuites')}`,
    `Tests:       ${line('Tests')}`,
  ].join('\n');
}

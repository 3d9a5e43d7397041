// npm run setup:schemathesis: the tool that asks every route of the OpenAPI document at random, in .local, beside the servers.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { readJson, root } from './files.mjs';
import { toolsIn } from './schemathesis.mjs';
import { lastLine, main, run, step, Stop } from './terminal.mjs';

const { schemathesis } = readJson(join(root, 'scripts/local-servers.json')).tools;

await main(async () => {
  const venv = toolsIn(process.env);
  if (!existsSync(join(venv, 'bin/python')))
    await must('making a Python environment in .local', 'python3', ['-m', 'venv', venv]);
  const args = ['-m', 'pip', 'install', '--quiet', '--no-input', '--disable-pip-version-check', schemathesis];
  await must(`installing ${schemathesis} into .local`, join(venv, 'bin/python'), args);
});

async function must(what, command, args) {
  const { code, output } = await step(what, () => run(command, args, { env: process.env }));
  if (code !== 0) throw new Stop(`It failed (${lastLine(output)}); the test that uses it is skipped without it.`);
}

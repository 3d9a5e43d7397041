import { join } from 'node:path';
import { readJson } from './files.mjs';
import { lastLine, run, step, Stop } from './terminal.mjs';

/**
 * True when node_modules holds what package-lock.json asks for. npm writes its hidden lockfile last, so an install that was
 * cut short counts as none.
 */
export function arePackagesInstalled(root) {
  const wanted = readJson(join(root, 'package-lock.json'))?.packages ?? {};
  const installed = readJson(join(root, 'node_modules/.package-lock.json'))?.packages;
  if (!installed) return false;
  return (
    Object.entries(installed).every(([path, { version }]) => wanted[path]?.version === version) &&
    Object.entries(wanted).every(([path, { optional }]) => path === '' || optional || path in installed)
  );
}

export async function installPackages(root, env) {
  const npm = env.npm_execpath?.endsWith('npm-cli.js') ? [process.execPath, env.npm_execpath] : ['npm'];
  const patience = {
    npm_config_fetch_timeout: '60000',
    npm_config_fetch_retries: '2',
    npm_config_fetch_retry_mintimeout: '2000',
  };
  const args = ['ci', '--include=dev', '--no-audit', '--no-fund', '--loglevel=error'];
  const { code, output } = await step('installing npm packages', () =>
    run(npm[0], [...npm.slice(1), ...args], { cwd: root, env: { ...patience, ...env } }),
  );
  if (code === 0) return;
  if (code === 127)
    throw new Stop('npm was not found on PATH; it comes with Node, so install Node from its own package.');
  if (/ENOTFOUND|ECONN|ETIMEDOUT|EAI_AGAIN|ERR_SOCKET|EIDLETIMEOUT|network/i.test(output)) {
    throw new Stop(
      'The npm registry does not answer; check the network (or `npm config get registry`) and run this again.',
    );
  }
  const why = output.split('\n').filter((line) => /^npm error/.test(line) && !/complete log|_logs/.test(line));
  throw new Stop(
    `npm ci failed (${(why.at(-1) ?? lastLine(output)).replace(/^npm error /, '')}); put that right and run this again.`,
  );
}

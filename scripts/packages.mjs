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

/** Installs exactly what package-lock.json says: from the registry, or from npm's own cache where the registry is silent. */
export async function installPackages(root, env) {
  const npm = npmFor(root, env);
  const { code, output } = await step('installing npm packages', async () => {
    const isReachable = await answers(npm, root);
    return npm([
      'ci',
      '--include=dev',
      '--no-audit',
      '--no-fund',
      '--loglevel=error',
      ...(isReachable ? [] : ['--offline']),
    ]);
  });
  if (code === 0) return;
  if (code === 127)
    throw new Stop('npm was not found on PATH; it comes with Node, so install Node from its own package.');
  if (/ENOTFOUND|ENOTCACHED|ECONN|ETIMEDOUT|EAI_AGAIN|ERR_SOCKET|EIDLETIMEOUT|network/i.test(output)) {
    throw new Stop(
      'The npm registry does not answer; check the network (or `npm config get registry`) and run this again.',
    );
  }
  const errors = output.split('\n').filter((line) => /^npm error/.test(line) && !/complete log|npm help/.test(line));
  const why = (errors.at(-1) ?? lastLine(output)).replace(/^npm error /, '');
  throw new Stop(`npm ci failed (${why}); put that right and run this again.`);
}

/** npm as it was called, or from PATH; its own settings win over our patience. */
function npmFor(root, env) {
  const [command, ...first] = env.npm_execpath?.endsWith('npm-cli.js') ? [process.execPath, env.npm_execpath] : ['npm'];
  const patience = { npm_config_fetch_timeout: '60000', npm_config_fetch_retry_mintimeout: '2000' };
  return (args, options = {}) =>
    run(command, [...first, ...args], { cwd: root, env: { ...patience, ...env }, ...options });
}

/** One question first: asked for eight hundred packages, a silent registry would take an hour to be noticed. */
async function answers(npm, root) {
  const [[name, version]] = Object.entries(readJson(join(root, 'package.json')).dependencies);
  const { code } = await npm(['view', `${name}@${version}`, 'version', '--fetch-retries=1'], { timeoutMs: 30_000 });
  return code === 0;
}

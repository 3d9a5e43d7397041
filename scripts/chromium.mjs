import { isExecutable, onPath } from './files.mjs';
import { lastLine, run, step } from './terminal.mjs';

const names = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];
/** The packages of a browser are a third of a gigabyte: minutes, over a slow line. */
const patienceMs = 600_000;

/** A browser for the tests that need one: the one that is named, or one on PATH. */
export function findChromium(env) {
  const named = env.HEDDLE_CHROMIUM;
  if (named) return isExecutable(named) ? named : undefined;
  return names.map((name) => onPath(name, env)).find(Boolean);
}

/** Only Debian's packages, and only as root: nobody is asked for a password by a test. */
export const canInstallChromium = (env) => process.getuid?.() === 0 && onPath('apt-get', env) !== undefined;

/** Never throws: without a browser its tests are skipped, and the others run. */
export async function installChromium(env) {
  const apt = (...args) =>
    run('apt-get', args, { env: { ...env, DEBIAN_FRONTEND: 'noninteractive' }, timeoutMs: patienceMs });
  const { code, output } = await step('installing Chromium for the tests in a browser', async () => {
    await apt('update', '-qq');
    return apt('install', '-qq', '-y', '--no-install-recommends', 'chromium');
  });
  if (code !== 0) process.stdout.write(`  apt-get could not install it (${lastLine(output)})\n`);
}

export const withoutChromium =
  '· tests in a browser are skipped: there is no Chromium; install it (on Debian: apt install chromium) or name one in HEDDLE_CHROMIUM\n';

import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isAtLeast, isExecutable, onPath, readJson, root } from './files.mjs';
import { lastLine, run, step, Stop } from './terminal.mjs';

const pins = readJson(join(root, 'scripts/local-servers.json'));

/** The pip requirements of the servers that neither the environment names, nor PATH has, nor someone built. */
export function neededServers(local, env) {
  const hasTemporal = env.TEMPORAL_ADDRESS || onPath('temporal', env);
  const hasMongo = env.MONGODB_URI || onPath('mongod', env) || isExecutable(join(local, 'bin/secantusd-rs'));
  return [hasTemporal ? undefined : pins.pip.temporal, hasMongo ? undefined : pins.pip.mongodb].filter(Boolean);
}

const venvIn = (local) => join(local, 'venv');
const markerIn = (local) => join(venvIn(local), 'complete.json');

/** What is installed for good. The marker is written last and names the folder: a venv survives no half install and no move. */
function installedServers(local) {
  const marker = readJson(markerIn(local));
  const isWhole = marker?.venv === venvIn(local) && isExecutable(join(venvIn(local), 'bin/python'));
  return isWhole ? marker.requirements : undefined;
}

export function missingServers(local, env) {
  const installed = installedServers(local) ?? [];
  return neededServers(local, env).filter((requirement) => !installed.includes(requirement));
}

export async function installServers(local, env) {
  const missing = missingServers(local, env);
  const before = installedServers(local);
  if (!before) await makeVenv(local, env);
  rmSync(markerIn(local), { force: true });
  await step(`installing ${missing.join(' and ')} into .local`, () => pip(local, missing, env));
  const requirements = [...(before ?? []), ...missing];
  writeFileSync(markerIn(local), JSON.stringify({ venv: venvIn(local), requirements }));
}

async function makeVenv(local, env) {
  const python = await findPython(env);
  rmSync(venvIn(local), { recursive: true, force: true });
  mkdirSync(local, { recursive: true });
  const { code, output } = await step('making a Python environment in .local', () =>
    run(python, ['-m', 'venv', venvIn(local)], { env }),
  );
  if (code === 0) return;
  throw new Stop(`Python could not make a virtual environment in ${venvIn(local)} (${lastLine(output)}).`);
}

const names = ['python3', 'python3.14', 'python3.13', 'python3.12', 'python3.11', 'python3.10', 'python'];
const ask =
  'import sys, importlib.util as u; print("%d.%d" % sys.version_info[:2], bool(u.find_spec("venv") and u.find_spec("ensurepip")))';

/** A Python that is new enough and can make virtual environments; otherwise a sentence that says what is missing. */
async function findPython(env) {
  const tooOld = [];
  let hasNoVenv = false;
  for (const path of names.map((name) => onPath(name, env)).filter(Boolean)) {
    const { code, output } = await run(path, ['-c', ask], { env });
    const [version, hasVenv] = output.trim().split(' ');
    if (code !== 0) continue;
    if (!isAtLeast(version, pins.python)) tooOld.push(version);
    else if (hasVenv === 'True') return path;
    else hasNoVenv = true;
  }
  const instead = 'or set TEMPORAL_ADDRESS and MONGODB_URI to servers you have';
  if (hasNoVenv) {
    throw new Stop(
      `Python has no venv module; install it (on Debian and Ubuntu: apt install python3-venv), ${instead}.`,
    );
  }
  if (tooOld.length > 0)
    throw new Stop(`Python ${tooOld[0]} is too old; install Python ${pins.python} or newer, ${instead}.`);
  throw new Stop(`Python was not found on PATH; install Python ${pins.python} or newer, ${instead}.`);
}

async function pip(local, requirements, env) {
  const patience = { PIP_DEFAULT_TIMEOUT: '15', PIP_RETRIES: '2' };
  const args = ['-m', 'pip', 'install', '--quiet', '--no-input', '--disable-pip-version-check', ...requirements];
  const { code, output } = await run(join(venvIn(local), 'bin/python'), args, { env: { ...patience, ...env } });
  if (code === 0) return;
  if (/Retrying|timed out|NewConnectionError|Could not fetch|getaddrinfo|Name or service/i.test(output)) {
    throw new Stop(
      'The Python package index does not answer; check the network (or the index-url of pip) and run this again.',
    );
  }
  const what = requirements.join(' and ');
  throw new Stop(
    `pip could not install ${what} (${lastLine(output)}); try another Python, or set TEMPORAL_ADDRESS and MONGODB_URI.`,
  );
}

import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { statfs } from 'node:fs/promises';
import { dirname } from 'node:path';
import { promisify } from 'node:util';
import { findStore, findTemporal, localDir } from '../../local/binaries';
import type { Installation } from '../../local/installation';
import { LocalError } from '../../local/local-error';
import { causeOf, failed, ok, warning, type Check } from './check';

const oldestNode = [20, 19] as const;
const gigabyte = 1024 ** 3;

export function checkNode(version = process.versions.node): Check {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const isNewEnough = major > oldestNode[0] || (major === oldestNode[0] && minor >= oldestNode[1]);
  return isNewEnough ? ok('node', version) : failed('node', version, `Install Node ${oldestNode.join('.')} or newer.`);
}

/** Python only installs the embedded servers, so its absence matters to nobody who brings their own. */
export async function checkPython(): Promise<Check> {
  try {
    const { stdout } = await promisify(execFile)('python3', ['--version']);
    return ok('python', stdout.trim().replace('Python ', ''));
  } catch {
    return warning('python', 'not found', 'Install Python 3.10 or newer before `npm start` installs embedded servers.');
  }
}

export async function checkDisk(folder = localDir()): Promise<Check> {
  const { bavail, bsize } = await statfs(existsSync(folder) ? folder : dirname(folder));
  const free = bavail * bsize;
  const found = `${(free / gigabyte).toFixed(1)} GB free`;
  if (free < gigabyte) return failed('disk', found, 'Free some space: both servers stop writing on a full disk.');
  return free < 5 * gigabyte ? warning('disk', found, 'Free some space soon.') : ok('disk', found);
}

/** Which servers `heddle dev` would start. */
export function checkEmbedded({ servers }: Installation): Check {
  if (servers === 'named') return ok('local servers', 'none needed: the environment names both');
  try {
    const store = findStore();
    return ok('local servers', `${findTemporal()}, ${store.path}`);
  } catch (error) {
    const remedy = error instanceof LocalError ? error.message : 'Run `npm start` once.';
    return warning('local servers', causeOf(error), remedy);
  }
}

// Makes a bare clone ready: npm packages, the embedded servers that are needed, the build. Does nothing when nothing is missing.
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { build, isBuilt } from './build.mjs';
import { canInstallChromium, findChromium, installChromium } from './chromium.mjs';
import { installServers, missingServers } from './embedded.mjs';
import { isAtLeast, readJson, root } from './files.mjs';
import { arePackagesInstalled, installPackages } from './packages.mjs';
import { main, Stop } from './terminal.mjs';

const everything = ['packages', 'servers', 'build'];
const parts = [...everything, 'browser'];

/** Sets up what the caller is about to use, of `packages`, `servers`, `build` and, for tests, `browser`. */
export async function setup(needs = everything, env = process.env) {
  checkNode();
  const local = env.HEDDLE_LOCAL_DIR ?? join(root, '.local');
  const works = [
    { name: 'packages', isDone: () => arePackagesInstalled(root), make: () => installPackages(root, env) },
    { name: 'servers', isDone: () => missingServers(local, env).length === 0, make: () => installServers(local, env) },
    { name: 'build', isDone: () => isBuilt(root), make: () => build(root) },
    { name: 'browser', isDone: () => findChromium(env) || !canInstallChromium(env), make: () => installChromium(env) },
  ].filter(({ name }) => needs.includes(name));
  if (works.every(({ isDone }) => isDone())) return;
  await alone(local, async () => {
    for (const { isDone, make } of works) if (!isDone()) await make();
  });
}

function checkNode() {
  const { node } = readJson(join(root, 'scripts/local-servers.json'));
  if (!isAtLeast(process.versions.node, node)) {
    throw new Stop(`Node ${process.versions.node} is too old; install Node ${node} or newer.`);
  }
}

/** Two commands at once must not install over each other: the second waits for the first. */
async function alone(local, work) {
  const lock = join(local, 'setup.lock');
  mkdirSync(local, { recursive: true });
  let said = false;
  while (!take(lock)) {
    if (!said) process.stdout.write(`· waiting for another setup to finish (process ${holderOf(lock)}) …\n`);
    said = true;
    await sleep(500);
  }
  try {
    await work();
  } finally {
    rmSync(lock, { force: true });
  }
}

function take(lock) {
  const holder = holderOf(lock);
  if (holder && isAlive(holder)) return false;
  rmSync(lock, { force: true });
  try {
    writeFileSync(lock, String(process.pid), { flag: 'wx' });
    return true;
  } catch {
    return false;
  }
}

function holderOf(lock) {
  try {
    return Number(readFileSync(lock, 'utf8'));
  } catch {
    return 0;
  }
}

function isAlive(pid) {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  await main(async () => {
    const named = process.argv.slice(2).filter((part) => parts.includes(part));
    await setup(named.length > 0 ? named : everything);
    process.stdout.write('Everything is set up.\n');
  });
}

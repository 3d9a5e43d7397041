// npm run lock:complete, after any change of dependencies: npm leaves out of package-lock.json those optional packages of other platforms
// that its registry happens not to have, and `npm ci` then refuses the file everywhere. This lists them again, from the exact versions
// their owners pin; their platform is in their name.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readJson, root } from './files.mjs';
import { main } from './terminal.mjs';

const systems = ['android', 'darwin', 'freebsd', 'linux', 'openharmony', 'win32', 'windows'];
const processors = ['arm64', 'x64', 'arm', 'ia32', 'ppc64', 's390x', 'riscv64', 'loong64'];

/** `[owner, name, version]` of every optional package that no entry of the lockfile provides. */
function unlisted(packages) {
  const isListed = (name, owner) => `node_modules/${name}` in packages || `${owner}/node_modules/${name}` in packages;
  return Object.entries(packages).flatMap(([path, { optionalDependencies = {} }]) =>
    Object.entries(optionalDependencies)
      .filter(([name]) => !isListed(name, path))
      .map(([name, version]) => [path, name, version]),
  );
}

function entryFor(name, version, owner) {
  const words = name.split(/[/-]/);
  const os = systems.find((system) => words.includes(system));
  const cpu = processors.find((processor) => words.includes(processor));
  const libc = /musl/.test(name) ? 'musl' : 'glibc';
  return {
    version,
    ...(cpu ? { cpu: [cpu] } : {}),
    ...(owner.dev ? { dev: true } : {}),
    ...(os === 'linux' ? { libc: [libc] } : {}),
    optional: true,
    ...(os ? { os: [os.replace('windows', 'win32')] } : {}),
  };
}

await main(() => {
  const file = join(root, 'package-lock.json');
  const lock = readJson(file);
  const missing = unlisted(lock.packages);
  for (const [path, name, version] of missing) {
    lock.packages[`node_modules/${name}`] = entryFor(name, version, lock.packages[path]);
  }
  const byName = Object.entries(lock.packages).sort(([left], [right]) => left.localeCompare(right, 'en'));
  writeFileSync(file, `${JSON.stringify({ ...lock, packages: Object.fromEntries(byName) }, null, 2)}\n`);
  process.stdout.write(`${missing.length} packages of other platforms listed again.\n`);
});

// npm run setup:bench-store: builds the faster embedded store from its source, about four minutes. Benchmarks name it; `npm start` then prefers it.
import { join } from 'node:path';
import { onPath, readJson, root } from './files.mjs';
import { hand, main, Stop } from './terminal.mjs';

await main(async () => {
  const { crate, version } = readJson(join(root, 'scripts/local-servers.json')).cargo;
  if (!onPath('cargo', process.env))
    throw new Stop('cargo was not found on PATH; install a Rust toolchain and run this again.');
  process.stdout.write(`Building ${crate} ${version} into .local/bin, about four minutes.\n`);
  const args = ['install', crate, '--version', version, '--ignore-rust-version', '--root', join(root, '.local')];
  const code = await hand('cargo', args, { cwd: root });
  if (code !== 0)
    throw new Stop('cargo could not build it; what it printed above says why. The Python store goes on being used.');
});

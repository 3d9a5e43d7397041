import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { browserScript } from './browser-script.mjs';
import { filesUnder } from './files.mjs';
import { run, step, Stop } from './terminal.mjs';

const stampIn = (root) => join(root, 'dist/.stamp');

/** What the build was made from: names, sizes and times of the sources. */
export function sourceStamp(root) {
  const hash = createHash('sha256');
  const inputs = ['.swcrc', 'package-lock.json'].map((name) => join(root, name));
  const sources = filesUnder(join(root, 'src')).filter((file) => !file.endsWith('.test.ts'));
  for (const file of [...inputs, ...sources].sort()) {
    const { size, mtimeMs } = statSync(file);
    hash.update(`${relative(root, file)} ${size} ${mtimeMs}\n`);
  }
  return hash.digest('hex');
}

export function isBuilt(root) {
  const stamp = stampIn(root);
  return existsSync(stamp) && readFileSync(stamp, 'utf8') === sourceStamp(root);
}

/** Compiles src/ to dist/, and bundles the script of pages and the workflows. The stamp comes last, so that a build cut short is made again. */
export async function build(root) {
  const stamp = sourceStamp(root);
  rmSync(stampIn(root), { force: true });
  await step('building', async () => {
    const swc = [
      'node_modules/@swc/cli/bin/swc.js',
      'src',
      '-d',
      'dist',
      '--strip-leading-paths',
      '--config-file',
      '.swcrc',
    ];
    const ignored = ['**/*.test.ts', 'src/browser/**'].flatMap((pattern) => ['--ignore', pattern]);
    await must(root, [...swc, ...ignored, '--quiet'], 'src/ does not compile');
    removeStale(root);
    if (existsSync(join(root, 'src/browser'))) {
      mkdirSync(join(root, 'dist/browser'), { recursive: true });
      writeFileSync(join(root, 'dist/browser/heddle.js'), await browserScript(root));
    }
    if (existsSync(join(root, 'dist/workers/bundle.js'))) {
      await must(root, ['dist/workers/bundle.js'], 'The workflows cannot be bundled');
    }
  });
  mkdirSync(join(root, 'dist'), { recursive: true });
  writeFileSync(stampIn(root), stamp);
}

async function must(root, args, what) {
  const { code, output } = await run(process.execPath, args, { cwd: root });
  if (code !== 0) throw new Stop(`${what}:\n${output.replace(/^\s+at .*$\n?/gm, '').trim()}`);
}

/** Compiled files whose source is gone. */
function removeStale(root) {
  for (const file of filesUnder(join(root, 'dist')).filter((name) => /\.js(\.map)?$/.test(name))) {
    const source = join(root, 'src', relative(join(root, 'dist'), file).replace(/\.js(\.map)?$/, '.ts'));
    const isOurs = !relative(join(root, 'dist'), file).startsWith('workflow-bundle');
    if (isOurs && !existsSync(source)) rmSync(file);
  }
}

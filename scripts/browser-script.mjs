// The script that pages load, made of src/browser: `node scripts/browser-script.mjs` prints it.
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { root } from './files.mjs';
import { main, Stop } from './terminal.mjs';

const entry = 'src/browser/heddle.ts';

/**
 * One small file without a module system: what the entry imports stands before it, each file once. Files of src/browser share one
 * scope in it, so a name that two of them declare at their top does not compile.
 */
export async function browserScript(root) {
  // Loaded when asked for: the other scripts run before there are packages.
  const { minify, transform } = await import('@swc/core');
  const parts = [];
  for (const file of inOrder(join(root, entry))) {
    const { code } = await transform(readFileSync(file, 'utf8'), {
      configFile: false,
      jsc: { parser: { syntax: 'typescript' }, target: 'es2022' },
      module: { type: 'es6' },
    });
    parts.push(code.replace(/^import [^;]*;$/gm, '').replace(/(^|\*\/ )export (?=\w)/gm, '$1'));
  }
  const { code } = await minify(`(() => {${parts.join('\n')}})();`, { compress: true, mangle: { toplevel: true } });
  return `${code}\n`;
}

/** A file after those it imports. */
function inOrder(file, seen = new Set()) {
  if (seen.has(file)) return [];
  seen.add(file);
  if (!existsSync(file)) throw new Stop(`${file} is imported in src/browser and does not exist.`);
  const imports = [...readFileSync(file, 'utf8').matchAll(/^import (?!type )[^;]*? from '(\.\/[\w-]+)';$/gm)];
  return [...imports.flatMap(([, name]) => inOrder(join(dirname(file), `${name}.ts`), seen)), file];
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  await main(async () => void process.stdout.write(await browserScript(root)));
}

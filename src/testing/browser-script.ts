import { execFileSync } from 'node:child_process';
import { join, resolve } from 'node:path';

const root = resolve(__dirname, '../..');

/** The script of pages, built from src/browser as it is now. */
export function buildBrowserScript(): Buffer {
  return execFileSync(process.execPath, [join(root, 'scripts/browser-script.mjs')], { cwd: root });
}

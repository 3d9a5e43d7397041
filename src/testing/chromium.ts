import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { chromium, type Browser } from 'playwright-core';

const names = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];

/** As `scripts/chromium.mjs` finds it. */
function findChromium(): string | undefined {
  const named = process.env['HEDDLE_CHROMIUM'];
  const folders = (process.env['PATH'] ?? '').split(delimiter);
  const places = names.flatMap((name) => folders.map((folder) => join(folder, name)));
  return (named === undefined ? places : [named]).find(isExecutable);
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

const executablePath = findChromium();
/** Nothing it does by itself: no updates, no questions to its maker. */
const quiet = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--no-first-run',
];

/** Tests in a real browser; skipped, and shown as such, on a machine that has none. */
export function describeInChromium(what: string, tests: () => void): void {
  if (executablePath !== undefined) return describe(what, tests);
  const why =
    'skipped: there is no Chromium; install it (on Debian: apt install chromium) or name one in HEDDLE_CHROMIUM';
  describe.skip(`${what} (${why})`, tests);
}

export async function launchChromium(): Promise<Browser> {
  return chromium.launch({ ...(executablePath !== undefined && { executablePath }), args: quiet });
}

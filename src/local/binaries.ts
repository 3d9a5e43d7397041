import { accessSync, constants, statSync } from 'node:fs';
import { delimiter, join, resolve } from 'node:path';
import { LocalError } from './local-error';

/** Which database answers: a real MongoDB, or one of two embedded stores that speak its protocol. */
export type StoreKind = 'mongod' | 'secantusd-rs' | 'secantusd-py';

/** The checkout: two levels above this file, in `src/` as in `dist/`. */
const root = resolve(__dirname, '../..');

/** Where embedded servers and their data live. */
export function localDir(env = process.env): string {
  return env['HEDDLE_LOCAL_DIR'] ?? join(root, '.local');
}

/** The Temporal CLI: from PATH, or the one `npm start` puts into `.local/`. */
export function findTemporal(env = process.env): string {
  const found = onPath('temporal', env) ?? executable(join(localDir(env), 'venv/bin/temporal'));
  if (found) return found;
  throw new LocalError('No `temporal` on PATH and none in .local; run `npm start` once, or set TEMPORAL_ADDRESS.');
}

/** The database server: `mongod` from PATH, the Rust store if someone built it, or the Python one. `only` asks for one of them. */
export function findStore(only?: StoreKind, env = process.env): { readonly kind: StoreKind; readonly path: string } {
  const places: readonly (readonly [StoreKind, () => string | undefined])[] = [
    ['mongod', () => onPath('mongod', env)],
    ['secantusd-rs', () => executable(join(localDir(env), 'bin/secantusd-rs'))],
    ['secantusd-py', () => executable(join(localDir(env), 'venv/bin/secantusd-py'))],
  ];
  for (const [kind, find] of places) {
    const path = only === undefined || only === kind ? find() : undefined;
    if (path) return { kind, path };
  }
  throw new LocalError(
    `No ${only ?? 'database server'} on PATH or in .local; run \`npm start\` once, or set MONGODB_URI.`,
  );
}

function onPath(name: string, env: NodeJS.ProcessEnv): string | undefined {
  const folders = (env['PATH'] ?? '').split(delimiter).filter((folder) => folder !== '');
  return folders.map((folder) => executable(join(folder, name))).find((path) => path !== undefined);
}

function executable(path: string): string | undefined {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile() ? path : undefined;
  } catch {
    return undefined;
  }
}

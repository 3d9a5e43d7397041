import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { JsonObject } from '../domain/json';

const root = join(__dirname, '../../examples');

/** What a folder below `examples/` defines, by its files: code as it runs, JSON as it stands. */
export function examplesIn(folder: string): (readonly [file: string, definition: JsonObject])[] {
  const files = readdirSync(join(root, folder)).sort();
  return files
    .filter((name) => /\.(ts|json)$/.test(name))
    .flatMap((name) => definitionsOf(join(root, folder, name)).map((one) => [join(folder, name), one] as const));
}

/** The example under a key. Throws where there is none. */
export function findExample<Definition = JsonObject>(folder: string, key: string): Definition {
  const found = examplesIn(folder).find(([, one]) => one['key'] === key);
  if (!found) throw new Error(`examples/${folder} has no "${key}".`);
  return found[1] as Definition;
}

function definitionsOf(file: string): JsonObject[] {
  if (file.endsWith('.json')) return [JSON.parse(readFileSync(file, 'utf8')) as JsonObject];
  const made = jest.requireActual<Readonly<Record<string, { toDefinition(): JsonObject }>>>(file);
  return Object.values(made).map((one) => one.toDefinition());
}

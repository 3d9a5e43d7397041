import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, extname, resolve } from 'node:path';
import type * as TypeScript from 'typescript';
import * as builder from '../../code/builder';
import type { JsonObject } from '../../domain/json';
import { CommandError } from '../command-error';

/** A definition that a file of code exports. */
interface Exported {
  readonly kind: string;
  toDefinition(): unknown;
}
interface Loaded {
  readonly kind: string;
  readonly definition: JsonObject;
}

/** Everything that a file exports which is a definition. `.ts` asks for TypeScript, which a development checkout has. Throws CommandError. */
export function loadCode(file: string): Loaded[] {
  try {
    return Object.values(run(file, new Map()))
      .filter(isDefinition)
      .map((one) => ({ kind: one.kind, definition: one.toDefinition() as JsonObject }));
  } catch (error) {
    if (error instanceof CommandError) throw error;
    throw new CommandError(`${file} does not run: ${(error as Error).message}`);
  }
}

/** Of a file that exports one definition. Throws CommandError. */
export function loadOne(file: string): JsonObject {
  const [one, ...others] = loadCode(file);
  if (one && others.length === 0) return one.definition;
  throw new CommandError(
    `${file} exports ${one ? 'several definitions' : 'no definition'}; export one, or take \`heddle apply\`.`,
  );
}

export const isCode = (file: string): boolean => /\.(ts|mts|mjs|js)$/.test(file) && !/\.(d|test)\.m?ts$/.test(file);

const isDefinition = (value: unknown): value is Exported =>
  typeof value === 'object' && value !== null && 'kind' in value && 'toDefinition' in value;

type Module = Record<string, unknown>;

/** Runs TypeScript and modules as what they compile to; `heddle/code` is the builder of this command line, wherever the file lies. */
function run(file: string, seen: Map<string, Module>): Module {
  const known = seen.get(file);
  if (known) return known;
  const module = { exports: {} as Module };
  seen.set(file, module.exports);
  const ask = createRequire(file);
  const load = (name: string): unknown => {
    if (name === 'heddle/code') return builder;
    const found = name.startsWith('.') ? findSource(resolve(dirname(file), name)) : undefined;
    return found === undefined ? (ask(name) as unknown) : run(found, seen);
  };
  // eslint-disable-next-line @typescript-eslint/no-implied-eval -- files that the caller names and has written are run
  const evaluate = new Function('exports', 'require', 'module', '__filename', '__dirname', compile(file)) as (
    ...given: readonly unknown[]
  ) => void;
  evaluate(module.exports, load, module, file, dirname(file));
  return module.exports;
}

const isSource = (file: string): boolean => /\.(ts|mts|mjs|js)$/.test(file);

function findSource(path: string): string | undefined {
  const candidates = [path, path.replace(/\.js$/, '.ts'), `${path}.ts`, `${path}.mjs`, `${path}.js`];
  return candidates.find((one) => isSource(one) && exists(one));
}

function exists(file: string): boolean {
  try {
    readFileSync(file);
    return true;
  } catch {
    return false;
  }
}

function compile(file: string): string {
  const source = readFileSync(file, 'utf8');
  const typescript = compilerOf();
  if (!typescript)
    throw new CommandError(
      `${file} is code, which asks for TypeScript: npm install typescript, or write the definition as JSON or YAML (heddle … code goes the other way).`,
    );
  const { ModuleKind, ScriptTarget } = typescript;
  const options = { module: ModuleKind.CommonJS, target: ScriptTarget.ES2022, esModuleInterop: true };
  const isUntyped = extname(file) !== '.ts' && extname(file) !== '.mts';
  const fileName = isUntyped ? file.replace(/\.m?js$/, '.ts') : file;
  return typescript.transpileModule(source, { compilerOptions: options, fileName }).outputText;
}

/** Not one of the packages of a server: an image has none. */
function compilerOf(): typeof TypeScript | undefined {
  try {
    // eslint-disable-next-line @typescript-eslint/no-require-imports -- only where there is code to compile
    return require('typescript') as typeof TypeScript;
  } catch {
    return undefined;
  }
}

import { readFile } from 'node:fs/promises';
import { extname, resolve } from 'node:path';
import { isJsonObject, own, withoutKey, type Json, type JsonObject } from '../domain/json';
import { isCode, loadOne } from './as-code/load-code';
import { CommandError } from './command-error';
import type { Io } from './io';

/** A definition as a file holds it: its key, and all else, which the server checks. */
export interface DefinitionFile {
  readonly key: string;
  readonly definition: Readonly<Record<string, Json>>;
}

/** Reads JSON, YAML from `.yaml` and `.yml`, or the one definition that a file of code exports; `-` is standard input. Throws CommandError. */
export async function readDefinition(file: string, io: Pick<Io, 'cwd' | 'stdin'>): Promise<DefinitionFile> {
  const value = isCode(file)
    ? loadOne(resolve(io.cwd, file))
    : await readObject(file, io, 'one definition: an object with a "key"');
  const key = own(value, 'key');
  if (typeof key !== 'string')
    throw new CommandError(`${file} has no "key". Name the definition, such as "key": "vip".`);
  return { key, definition: withoutKey(withoutSchema(value), 'key') };
}

/** What an editor checks the file by is no part of the definition. */
export const withoutSchema = (value: JsonObject): JsonObject => withoutKey(value, '$schema');

/** Reads one object as JSON, or YAML; `what` completes "must hold …". Throws CommandError. */
export async function readObject(
  file: string,
  io: Pick<Io, 'cwd' | 'stdin'>,
  what = 'one object',
): Promise<JsonObject> {
  const value = await readFileOrStdin(file, io);
  if (isJsonObject(value)) return value;
  throw new CommandError(`${file} must hold ${what}.`);
}

/** What a file holds as JSON or YAML, whatever it is. Throws CommandError. */
export async function readFileOrStdin(file: string, io: Pick<Io, 'cwd' | 'stdin'>): Promise<unknown> {
  const content = file === '-' ? await readAll(io.stdin) : await readText(file, io.cwd);
  return /^\.ya?ml$/.test(extname(file)) ? parseYaml(file, content) : parseJson(file, content);
}

async function readAll(stdin: Io['stdin']): Promise<string> {
  const decoder = new TextDecoder();
  let read = '';
  for await (const chunk of stdin) read += typeof chunk === 'string' ? chunk : decoder.decode(chunk, { stream: true });
  return read + decoder.decode();
}

async function readText(file: string, cwd: string): Promise<string> {
  try {
    return await readFile(resolve(cwd, file), 'utf8');
  } catch (error) {
    throw cannotRead(file, error);
  }
}

/** What a file system error means, without its path twice. */
export function cannotRead(file: string, error: unknown): CommandError {
  const reasons: Readonly<Record<string, string>> = {
    ENOENT: 'there is no such file',
    EISDIR: 'it is a folder',
    EACCES: 'you may not read it',
  };
  const code = (error as NodeJS.ErrnoException).code ?? '';
  return new CommandError(`Cannot read ${file}: ${own(reasons, code) ?? code}. Check the path.`);
}

function parseJson(file: string, content: string): unknown {
  try {
    return JSON.parse(content) as unknown;
  } catch (error) {
    throw new CommandError(`${file} is not JSON: ${firstLine(error)}.`);
  }
}

async function parseYaml(file: string, content: string): Promise<unknown> {
  const { parse } = await import('yaml');
  try {
    return parse(content) as unknown;
  } catch (error) {
    throw new CommandError(`${file} is not YAML: ${firstLine(error)}.`);
  }
}

const firstLine = (error: unknown): string => ((error as Error).message.split('\n')[0] ?? '').replace(/[.:]$/, '');

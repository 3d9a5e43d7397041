import { readFile, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { isJsonObject, type JsonObject } from '../../domain/json';
import { CommandError } from '../command-error';
import type { Io } from '../io';
import type { Folder } from './definition-kinds';

/** What a folder's last apply left on the server, beside the definitions. */
export interface Applied {
  readonly folder: Folder;
  readonly key: string;
  readonly definition: JsonObject;
}
const fileName = '.heddle-applied.json';

export async function writeApplied(root: string, io: Pick<Io, 'cwd'>, applied: readonly Applied[]): Promise<void> {
  await writeFile(resolve(io.cwd, join(root, fileName)), `${JSON.stringify({ applied }, undefined, 2)}\n`);
}

/** Throws CommandError where nothing was applied from here. */
export async function readApplied(root: string, io: Pick<Io, 'cwd'>): Promise<readonly Applied[]> {
  const text = await readFile(resolve(io.cwd, join(root, fileName)), 'utf8').catch(() => undefined);
  if (text === undefined)
    throw new CommandError(
      `Nothing was applied from ${root} yet: it has no ${fileName}. \`heddle plan ${root}\` compares with the files.`,
    );
  const read: unknown = JSON.parse(text);
  return isJsonObject(read) ? (read['applied'] as unknown as readonly Applied[]) : [];
}

import { readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { PublishInput } from '../../client/types';
import { isJsonObject, type Json, type JsonObject } from '../../domain/json';
import { CommandError } from '../command-error';
import type { Io } from '../io';
import { cannotRead, readDefinition } from '../read-definition';
import { asFile, folders, type Folder } from './definition-kinds';
import { isCode, loadCode } from './load-code';
import { readPublications } from './read-publications';

/** A definition of a folder. */
export interface Wanted {
  readonly folder: Folder;
  readonly key: string;
  readonly file: string;
  readonly definition: JsonObject;
  /** Of a journey: how it is published, where not as usual. */
  readonly publish?: PublishInput;
}

const isData = (file: string): boolean => /\.(json|ya?ml)$/.test(file);

/** All definitions below a folder, in the order in which they are saved. Throws CommandError. */
export async function readFolder(root: string, io: Pick<Io, 'cwd' | 'stdin'>): Promise<Wanted[]> {
  const files = filesOf(root, io.cwd);
  const wanted: Wanted[] = [];
  for (const { folder, file } of files) wanted.push(...(await readOne(folder, file, io)));
  if (wanted.length === 0)
    throw new CommandError(`${root} has no definitions. Put them into ${folders.join('/, ')}/ as .json, .yaml or .ts.`);
  refuseTwice(wanted);
  return inOrder(await withPublications(root, wanted, io));
}

async function withPublications(
  root: string,
  wanted: readonly Wanted[],
  io: Pick<Io, 'cwd' | 'stdin'>,
): Promise<Wanted[]> {
  const journeys = wanted.filter(({ folder }) => folder === 'journeys').map(({ key }) => key);
  const said = await readPublications(root, journeys, io);
  return wanted.map((one) => {
    const publish = one.folder === 'journeys' ? said.get(one.key) : undefined;
    return publish ? { ...one, publish } : one;
  });
}

function filesOf(root: string, cwd: string): { readonly folder: Folder; readonly file: string }[] {
  const present = new Set(namesIn(root, cwd));
  return folders
    .filter((folder) => present.has(folder))
    .flatMap((folder) =>
      namesIn(join(root, folder), cwd)
        .filter((name) => isData(name) || isCode(name))
        .sort()
        .map((name) => ({ folder, file: join(root, folder, name) })),
    );
}

function namesIn(folder: string, cwd: string): string[] {
  try {
    return readdirSync(resolve(cwd, folder));
  } catch (error) {
    throw cannotRead(folder, error);
  }
}

async function readOne(folder: Folder, file: string, io: Pick<Io, 'cwd' | 'stdin'>): Promise<Wanted[]> {
  if (isData(file)) {
    const { key, definition } = await readDefinition(file, io);
    return [{ folder, key, file, definition: asFile({ key, ...definition }) }];
  }
  return loadCode(resolve(io.cwd, file)).map(({ kind, definition }) => {
    if (`${kind}s` !== folder) throw new CommandError(`${file} has a ${kind}; it belongs into ${kind}s/.`);
    return { folder, key: definition['key'] as string, file, definition: asFile(definition) };
  });
}

function refuseTwice(wanted: readonly Wanted[]): void {
  const seen = new Map<string, Wanted>();
  for (const one of wanted) {
    const name = `${one.folder}/${one.key}`;
    const other = seen.get(name);
    if (other) throw new CommandError(`${name} stands in ${other.file} and in ${one.file}; remove one of them.`);
    seen.set(name, one);
  }
}

/** By folder; audiences after those that their rules name. */
function inOrder(wanted: readonly Wanted[]): Wanted[] {
  return folders.flatMap((folder) => {
    const ones = wanted.filter((one) => one.folder === folder);
    return folder === 'audiences' ? afterTheirs(ones) : ones;
  });
}

function afterTheirs(audiences: readonly Wanted[]): Wanted[] {
  const ordered = new Set<Wanted>();
  const visiting = new Set<Wanted>();
  const visit = (one: Wanted): void => {
    // What refers to itself the server refuses, with a sentence.
    if (ordered.has(one) || visiting.has(one)) return;
    visiting.add(one);
    const named = audiencesIn(one.definition['rule'] ?? null);
    for (const other of audiences) if (named.has(other.key)) visit(other);
    ordered.add(one);
  };
  for (const one of audiences) visit(one);
  return [...ordered];
}

function audiencesIn(json: Json): Set<string> {
  if (typeof json !== 'object' || json === null) return new Set();
  const below = Object.values(json).flatMap((one: Json) => [...audiencesIn(one)]);
  const here = isJsonObject(json) && typeof json['audience'] === 'string' ? [json['audience']] : [];
  return new Set([...here, ...below]);
}

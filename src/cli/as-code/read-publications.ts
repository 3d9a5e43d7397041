import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { PublishInput } from '../../client/types';
import { isJsonObject, type Json } from '../../domain/json';
import { CommandError } from '../command-error';
import type { Io } from '../io';
import { readObject, withoutSchema } from '../read-definition';

const fileNames = ['publish.json', 'publish.yaml', 'publish.yml'];

/** How journeys of a folder are published, where not as usual: `publish.json` or `publish.yaml` beside its folders. Throws CommandError. */
export async function readPublications(
  root: string,
  keys: readonly string[],
  io: Pick<Io, 'cwd' | 'stdin'>,
): Promise<ReadonlyMap<string, PublishInput>> {
  const name = fileNames.find((one) => existsSync(resolve(io.cwd, root, one)));
  if (name === undefined) return new Map();
  const file = join(root, name);
  const said = Object.entries(
    withoutSchema(await readObject(file, io, 'one object: journeys and how each is published')),
  );
  return new Map(said.map(([key, how]: [string, Json]) => [key, readOne(file, key, how, keys)]));
}

function readOne(file: string, key: string, how: Json, keys: readonly string[]): PublishInput {
  if (!keys.includes(key))
    throw new CommandError(`${file} says how "${key}" is published, and the folder has no such journey; remove it.`);
  // The server checks the fields, and names the one that is wrong.
  if (isJsonObject(how)) return how;
  throw new CommandError(`${file}: write how "${key}" is published as an object, such as { "inFlight": "migrate" }.`);
}

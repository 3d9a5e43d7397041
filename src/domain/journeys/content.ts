import { measureJson } from '../events/measure-json';
import { isJsonObject, own, type Json, type JsonObject } from '../json';
import { firstAt } from '../path';
import { contentLimits } from './personalise-step.schema';

/** What a page may be told of: what began the run, and what its waits caught. Never who somebody is. */
export const contentRoots: ReadonlySet<string> = new Set(['entry', 'steps']);

/** The content as it is shown: what no path finds, and has no default, is left out. */
export function readContent(content: JsonObject, root: JsonObject): JsonObject {
  const told = Object.fromEntries(Object.entries(root).filter(([name]) => contentRoots.has(name)));
  return readFields(content, told);
}

export const isTooLarge = (content: JsonObject): boolean => 'code' in measureJson(content, contentLimits);

/** The paths that content reads. */
export function pathsIn(value: Json): string[] {
  if (Array.isArray(value)) return value.flatMap(pathsIn);
  if (!isJsonObject(value)) return [];
  const from = own(value, 'from');
  return typeof from === 'string' ? [from] : Object.values(value).flatMap(pathsIn);
}

function readFields(fields: JsonObject, root: JsonObject): JsonObject {
  const read = Object.entries(fields).flatMap(([name, value]): [string, Json][] =>
    readValue(value, root).map((found) => [name, found]),
  );
  return Object.fromEntries(read);
}

function readValue(value: Json, root: JsonObject): Json[] {
  if (Array.isArray(value)) return [value.flatMap((one: Json) => readValue(one, root))];
  if (!isJsonObject(value)) return [value];
  const from = own(value, 'from');
  if (typeof from !== 'string') return [readFields(value, root)];
  const found = firstAt(root, from) ?? own(value, 'default');
  return found === undefined ? [] : [found];
}

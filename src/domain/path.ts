import { isJsonObject, own, type Json, type JsonObject } from './json';

/** One part of a path: the name of a field, or any element of a list. */
export const anyElement = Symbol('any element');
export type PathPart = string | typeof anyElement;

const partPattern = /(?:^|\.)([^.[\]]+)|\.?\[("(?:[^"\\]|\\.)*")\]|(\[\])/y;

/**
 * Parts of a path such as `a.b`, `items[].sku` (any element) or `["a name with dots"].b` (a JSON string in brackets).
 * `undefined` when the text is no path. The first part is always a name.
 */
export function parsePath(text: string): readonly [string, ...PathPart[]] | undefined {
  if (text.startsWith('.')) return undefined;
  const parts: PathPart[] = [];
  partPattern.lastIndex = 0;
  while (partPattern.lastIndex < text.length) {
    const found = partPattern.exec(text);
    if (!found) return undefined;
    const name = found[1] ?? unquote(found[2]);
    if (name === undefined && found[3] === undefined) return undefined;
    parts.push(name ?? anyElement);
  }
  const [first, ...rest] = parts;
  return typeof first === 'string' ? [first, ...rest] : undefined;
}

export const isPath = (text: string): boolean => parsePath(text) !== undefined;

/** Parts of a path that a schema has already read. Throws when none has. */
export function partsOf(text: string): readonly [string, ...PathPart[]] {
  const parts = parsePath(text);
  if (!parts) throw new Error(`"${text}" is not a path; definitions are parsed before they are used.`);
  return parts;
}

/** Whether a value at the end of the parts passes. Own keys only; missing and null values are absent and never pass. */
export function someAt(
  value: Json | undefined,
  parts: readonly PathPart[],
  passes: (found: Json) => boolean,
  from = 0,
): boolean {
  let found = value;
  for (let index = from; index < parts.length; index += 1) {
    const part = parts[index] as PathPart;
    if (part === anyElement) {
      return Array.isArray(found) && found.some((element: Json) => someAt(element, parts, passes, index + 1));
    }
    if (!isJsonObject(found)) return false;
    found = own(found, part);
  }
  return found !== undefined && found !== null && passes(found);
}

/** The value at a path; through `[]`, the first element that is there. Throws for a text that is no path. */
export function firstAt(root: JsonObject, path: string): Json | undefined {
  let first: Json | undefined;
  someAt(root, partsOf(path), (value) => {
    first = value;
    return true;
  });
  return first;
}

/** The value at a path; through `[]`, the list of all that is there. `undefined` for nothing and for a text that is no path. */
export function allAt(root: JsonObject, path: string): Json | undefined {
  const parts = parsePath(path);
  return parts && valueAt(root, parts);
}

/** What is at the parts of a path: the value, or where they pass through lists those of all elements; `undefined` where nothing is. */
export function valueAt(root: Json | undefined, parts: readonly PathPart[]): Json | undefined {
  const found: Json[] = [];
  someAt(root, parts, (value) => {
    found.push(value);
    return false;
  });
  return parts.includes(anyElement) && found.length > 0 ? found : found[0];
}

function unquote(text: string | undefined): string | undefined {
  if (text === undefined) return undefined;
  try {
    return JSON.parse(text) as string;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

import { toPointer } from './problem';

/** What every object has already: a definition with such a key would lose it without a word on its way through a schema. */
const reserved = '__proto__';

/** JSON pointer to the first key that no definition can hold; `undefined` when there is none. Depth is the caller's to bound. */
export function findReservedKey(value: unknown, path: readonly string[] = []): string | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  for (const [key, child] of Object.entries(value)) {
    const found = key === reserved ? toPointer([...path, key]) : findReservedKey(child, [...path, key]);
    if (found !== undefined) return found;
  }
  return undefined;
}

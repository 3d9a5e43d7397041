import { isJsonObject, type Json } from '../../json';
import { partsOf, someAt } from '../../path';
import { contentKey } from './condition-key';

const longest = 40;

/** The different values at a path, as texts that tell a number from the text of it; objects and lists are no values. */
export function keysAt(path: string): (root: Json) => string[] {
  const parts = partsOf(path);
  return (root) => {
    const found = new Set<string>();
    someAt(root, parts, (value) => {
      if (!Array.isArray(value) && !isJsonObject(value)) found.add(keyOf(value));
      return false;
    });
    return [...found];
  };
}

function keyOf(value: Json): string {
  const text = JSON.stringify(value);
  return text.length <= longest ? text : contentKey(value);
}

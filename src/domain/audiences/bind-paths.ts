import { isJsonObject, type Json } from '../json';
import { isFrom } from './check-comparison';
import type { Rule } from './rule.schema';

/**
 * The rule with every `{ "from": path }` replaced by the value found there. Where nothing usable is found the comparison is
 * with nothing, which no value equals: positive operators fail and negations hold.
 */
export function bindPaths(rule: Rule, read: (path: string) => Json | undefined): Rule {
  return bind(rule, read) as Rule;
}

function bind(node: unknown, read: (path: string) => Json | undefined): unknown {
  if (Array.isArray(node)) return node.map((item) => bind(item, read));
  if (!isJsonObject(node)) return node;
  return Object.fromEntries(
    Object.entries(node).map(([name, field]) => {
      if (name !== 'value' || !isFrom(field)) return [name, bind(field, read)];
      return [name, usable(read(field.from))];
    }),
  );
}

function usable(value: Json | undefined): Json | undefined {
  if (value === null || value === undefined) return undefined;
  if (Array.isArray(value)) return value.every((item) => item !== null && typeof item !== 'object') ? value : undefined;
  return typeof value === 'object' ? undefined : value;
}

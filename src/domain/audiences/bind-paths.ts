import { isJsonObject, type Json, type JsonObject } from '../json';
import { firstAt } from '../path';
import { isFromValue } from './check-comparison';
import type { Rule } from './rule.schema';

/**
 * The rule with every `{ "from": path }` replaced by the value that `paths` has there. Where nothing usable is found the comparison is
 * with nothing, which no value equals: positive operators fail and negations hold.
 */
export function bindPaths(rule: Rule, paths: JsonObject): Rule {
  return bind(rule, paths) as Rule;
}

/** Whether some value is still to be read from a path. */
export function hasFrom(node: unknown): boolean {
  if (Array.isArray(node)) return node.some(hasFrom);
  if (!isJsonObject(node)) return false;
  return Object.hasOwn(node, 'from') || Object.values(node).some(hasFrom);
}

function bind(node: unknown, paths: JsonObject): unknown {
  if (Array.isArray(node)) return node.map((item) => bind(item, paths));
  if (!isJsonObject(node)) return node;
  return Object.fromEntries(
    Object.entries(node).map(([name, field]) => {
      if (name !== 'value' || !isFromValue(field)) return [name, bind(field, paths)];
      return [name, usable(firstAt(paths, field.from))];
    }),
  );
}

function usable(value: Json | undefined): Json | undefined {
  if (value === null || value === undefined) return undefined;
  if (Array.isArray(value)) return value.every((item) => item !== null && typeof item !== 'object') ? value : undefined;
  return typeof value === 'object' ? undefined : value;
}

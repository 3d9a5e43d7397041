/** JSON as it arrives from users. Keys are data: never trust one as a path, an operator or a prototype. */
export type Json = string | number | boolean | null | readonly Json[] | JsonObject;
export interface JsonObject {
  readonly [key: string]: Json;
}

export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Reads an own key only, so that `constructor` or `__proto__` in a rule finds what a user sent and nothing else. */
export function own<Value>(record: Readonly<Record<string, Value>>, key: string): Value | undefined {
  return Object.hasOwn(record, key) ? record[key] : undefined;
}

/** A copy with one key set. `Object.fromEntries` defines the key as data, where assignment to `__proto__` would not. */
export function withKey<Value>(
  record: Readonly<Record<string, Value>>,
  key: string,
  value: Value,
): Record<string, Value> {
  return Object.fromEntries([...Object.entries(record).filter(([name]) => name !== key), [key, value]]);
}

/** A copy with one key removed. */
export function withoutKey<Value>(record: Readonly<Record<string, Value>>, key: string): Record<string, Value> {
  return Object.fromEntries(Object.entries(record).filter(([name]) => name !== key));
}

/** A copy without these fields, for objects of a known shape; where keys are data, `withoutKey`. */
export function omit<Of extends object, Key extends keyof Of>(object: Of, ...keys: readonly Key[]): Omit<Of, Key> {
  const copy = { ...object };
  for (const key of keys) delete (copy as Partial<Of>)[key];
  return copy;
}

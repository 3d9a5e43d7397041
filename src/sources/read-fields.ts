import { isJsonObject, own, type Json, type JsonObject } from '../domain/json';

const nothing: JsonObject = {};

/** The object under a key, or an empty one. */
export function objectAt(object: JsonObject, key: string): JsonObject {
  const value = own(object, key);
  return isJsonObject(value) ? value : nothing;
}

/** The objects of the list under a key. */
export function objectsAt(object: JsonObject, key: string): readonly JsonObject[] {
  const list = own(object, key);
  return Array.isArray(list) ? (list as readonly Json[]).filter(isJsonObject) : [];
}

/** Text, or a number as text, under a key; `undefined` for anything else and for nothing. */
export function textAt(object: JsonObject, key: string): string | undefined {
  const value = own(object, key);
  if (typeof value === 'number') return String(value);
  return typeof value === 'string' && value !== '' ? value : undefined;
}

/** A tool's own id of a person as an identifier that no other tool's id equals: `shopify:7012`. */
export const idAt = (tool: string, id: string | undefined): Json => (id === undefined ? null : `${tool}:${id}`);

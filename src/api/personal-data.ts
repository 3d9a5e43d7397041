import { isJsonObject, type Json, type JsonObject } from '../domain/json';
import { isPersonalKey, isPersonalText } from '../domain/personal';
import type { Principal } from './authenticate';
import { hasScope } from './scopes';

export const masked = '•••';

/** Identifier types that are a person's data by themselves. The others name somebody only to whoever gave them. */
const personalTypes = new Set(['email', 'phone']);

export const seesPersonalData = ({ scopes }: Pick<Principal, 'scopes'>): boolean => hasScope(scopes, 'profiles:pii');

export const maskIdentifier = (type: string, value: string): string =>
  personalTypes.has(type) ? masked : maskText(value);

export const maskText = (text: string): string => (isPersonalText(text) ? masked : text);

/** A copy in which values under personal keys are masked, at any depth, and under any key what has the form of an e-mail or phone. */
export function maskObject(object: JsonObject): JsonObject {
  return Object.fromEntries(
    Object.entries(object).map(([key, value]) => [
      key,
      isPersonalKey(key) && value !== null ? masked : maskJson(value),
    ]),
  );
}

/** A value as it is shown that is found under these names. */
export function maskUnder(names: readonly string[], value: Json): Json {
  return names.some(isPersonalKey) && value !== null ? masked : maskJson(value);
}

function maskJson(value: Json): Json {
  if (Array.isArray(value)) return (value as readonly Json[]).map(maskJson);
  if (typeof value === 'string') return maskText(value);
  return isJsonObject(value) ? maskObject(value) : value;
}

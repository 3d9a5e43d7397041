import { isJsonObject, type Json, type JsonObject } from '../domain/json';
import type { Principal } from './authenticate';
import { hasScope } from './scopes';

const masked = '•••';

/** Identifier types that are a person's data by themselves. The others name somebody only to whoever gave them. */
const personalTypes = new Set(['email', 'phone']);

/** Keys under which people's data usually is, compared without case, `_` and `-`. */
const personalKeys = new Set(
  'email phone mobile name fullname firstname lastname middlename givenname familyname username address street city zip zipcode postalcode birthday birthdate dateofbirth dob gender ip avatar ssn'.split(
    ' ',
  ),
);

export const seesPersonalData = ({ scopes }: Pick<Principal, 'scopes'>): boolean => hasScope(scopes, 'profiles:pii');

export const maskIdentifier = (type: string, value: string): string => (personalTypes.has(type) ? masked : value);

/** A copy in which values under personal keys are masked, at any depth. */
export function maskObject(object: JsonObject): JsonObject {
  return Object.fromEntries(
    Object.entries(object).map(([key, value]) => [key, isPersonal(key) && value !== null ? masked : maskJson(value)]),
  );
}

function maskJson(value: Json): Json {
  if (Array.isArray(value)) return (value as readonly Json[]).map(maskJson);
  return isJsonObject(value) ? maskObject(value) : value;
}

const isPersonal = (key: string): boolean => personalKeys.has(key.toLowerCase().replace(/[_\-\s]/g, ''));

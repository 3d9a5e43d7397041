import { isJsonObject, type Json, type JsonObject } from '../domain/json';
import type { Principal } from './authenticate';
import { hasScope } from './scopes';

const masked = '•••';

const listOf = (words: string): readonly string[] => words.split(' ');

/** Identifier types that are a person's data by themselves. The others name somebody only to whoever gave them. */
const personalTypes = new Set(['email', 'phone']);

/** Words that make a key personal as a word of it: `billing_city`, `customerName`. */
const personalWords = new Set(
  listOf('name mobile cell fax tel city zip postcode street birthday dob age gender sex ip ssn iban avatar passport'),
);

/** Parts long enough to be looked for anywhere in a key, run together or not: `contactemail`, `homeAddress2`. */
const personalParts = listOf(
  'email phone address birth username fullname firstname lastname middlename givenname familyname surname zipcode postalcode nationalid',
);

export const seesPersonalData = ({ scopes }: Pick<Principal, 'scopes'>): boolean => hasScope(scopes, 'profiles:pii');

export const maskIdentifier = (type: string, value: string): string =>
  personalTypes.has(type) || isPersonalText(value) ? masked : value;

/** A copy in which values under personal keys are masked, at any depth, and under any key what has the form of an e-mail or phone. */
export function maskObject(object: JsonObject): JsonObject {
  return Object.fromEntries(
    Object.entries(object).map(([key, value]) => [key, isPersonal(key) && value !== null ? masked : maskJson(value)]),
  );
}

function maskJson(value: Json): Json {
  if (Array.isArray(value)) return (value as readonly Json[]).map(maskJson);
  if (typeof value === 'string') return isPersonalText(value) ? masked : value;
  return isJsonObject(value) ? maskObject(value) : value;
}

/** Somewhere an e-mail, or in whole a number in international form. */
const isPersonalText = (text: string): boolean => /[^\s@]@[^\s@]/.test(text) || /^\s*\+[\d\s().-]{6,}$/.test(text);

function isPersonal(key: string): boolean {
  const words = key
    .replace(/(\p{Ll}|\d)(?=\p{Lu})/gu, '$1 ')
    .toLowerCase()
    .split(/[^\p{L}\d]+/u);
  const joined = words.join('');
  return words.some((word) => personalWords.has(word)) || personalParts.some((part) => joined.includes(part));
}

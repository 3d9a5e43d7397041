import { parsePhoneNumberFromString } from 'libphonenumber-js/min';
import type { Identifier } from '../events/event';
import { identifierTypes, type IdentifierType } from './identifier-types';

/**
 * Values that many clients send for want of an id: taken for one, they would glue strangers together. Compared after trimming and
 * once more in the form that counts, ignoring case.
 */
export const blockedValues: ReadonlySet<string> = new Set([
  '',
  '0',
  '-1',
  'null',
  'undefined',
  'none',
  'nil',
  'nan',
  'true',
  'false',
  'anonymous',
  'guest',
  'unknown',
  'n/a',
  '[object object]',
  '00000000-0000-0000-0000-000000000000',
]);

export const longestIdentifier = 255;

/** Written without a country, fewer digits are an extension, a service number or a filler, and many people have the same. */
const fewestPhoneDigits = 5;

const isBlocked = (text: string): boolean => blockedValues.has(text.toLowerCase());
const isIdentifierType = (type: string): type is IdentifierType => Object.hasOwn(identifierTypes, type);

/**
 * The form in which identifiers are compared: NFC and trimmed; e-mail in lower case; phone as E.164 where it is written with its
 * country, else its digits. `undefined` for blocked values, for what cannot be such an identifier, and for unknown types.
 */
export function normaliseIdentifier(type: string, raw: string): Identifier | undefined {
  if (!isIdentifierType(type)) return undefined;
  const trimmed = raw.normalize('NFC').trim();
  if (isBlocked(trimmed)) return undefined;
  const value = forms[type]?.(trimmed) ?? trimmed;
  return isBlocked(value) || value.length > longestIdentifier ? undefined : { type, value };
}

/** Types with a form of their own; an empty answer means "not one". */
const forms: Readonly<Partial<Record<IdentifierType, (text: string) => string>>> = {
  email: (text) => (/^[^\s@]+@[^\s@]+$/.test(text) ? text.toLowerCase() : ''),
  phone: (text) => {
    const parsed = parsePhoneNumberFromString(text);
    if (parsed?.isPossible()) return isFiller(parsed.nationalNumber) ? '' : parsed.number;
    const digits = text.replace(/\D/g, '');
    return digits.length < fewestPhoneDigits || isFiller(digits) ? '' : digits;
  },
};

/** One digit again and again: what people and forms write when they must write something. */
const isFiller = (digits: string): boolean => /^(\d)\1*$/.test(digits);

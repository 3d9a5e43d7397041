import { parsePhoneNumberFromString } from 'libphonenumber-js/min';

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

/** What an identifier of a type looks like, and how two of them are compared. */
export const identifierForms = ['text', 'email', 'phone', 'digits', 'uuid'] as const;
export type IdentifierForm = (typeof identifierForms)[number];

export interface HowCompared {
  readonly form: IdentifierForm;
  /** Of a text. The other forms have no case that counts. */
  readonly ignoreCase?: boolean | undefined;
}

/**
 * The form in which identifiers are compared: NFC and trimmed, in lower case where case is ignored, and as `forms` says. `undefined` for
 * blocked values and for what cannot be such an identifier. What it has written it does not change.
 */
export function normalise(raw: string, { form, ignoreCase = false }: HowCompared): string | undefined {
  const trimmed = raw.normalize('NFC').trim();
  if (isBlocked(trimmed)) return undefined;
  const value = forms[form](trimmed, ignoreCase);
  return isBlocked(value) || value.length > longestIdentifier ? undefined : value;
}

/** An empty answer means "not one". */
const forms: Readonly<Record<IdentifierForm, (text: string, ignoreCase: boolean) => string>> = {
  text: (text, ignoreCase) => (ignoreCase ? text.toLowerCase().normalize('NFC') : text),
  email: (text) => (/^[^\s@]+@[^\s@]+$/.test(text) ? text.toLowerCase() : ''),
  phone: (text) => {
    const parsed = parsePhoneNumberFromString(text);
    if (parsed?.isPossible()) return isFiller(parsed.nationalNumber) ? '' : parsed.number;
    const digits = text.replace(/\D/g, '');
    return digits.length < fewestPhoneDigits || isFiller(digits) ? '' : digits;
  },
  // As people write numbers of cards and customers; zeros alone stand for none.
  digits: (text) => (/^[\d\s./-]+$/.test(text) && /[1-9]/.test(text) ? text.replace(/\D/g, '') : ''),
  // RFC 9562, 4: with its hyphens; braces, the URN and their absence are ways to write the same.
  uuid: (text) => {
    const hex = /^(?:urn:uuid:)?\{?([\da-f]{8})-?([\da-f]{4})-?([\da-f]{4})-?([\da-f]{4})-?([\da-f]{12})\}?$/i.exec(
      text,
    );
    return hex ? hex.slice(1).join('-').toLowerCase() : '';
  },
};

/** One digit again and again: what people and forms write when they must write something. */
const isFiller = (digits: string): boolean => /^(\d)\1*$/.test(digits);

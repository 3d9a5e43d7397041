import { parsePhoneNumberFromString, type CountryCode } from 'libphonenumber-js';

/**
 * A phone number as `+` and digits (E.164); `undefined` when it is none. Numbers written without a country need `country`
 * (ISO 3166-1 alpha-2); `00` in front is taken for `+`.
 */
export function toE164(text: string, country?: string): string | undefined {
  const international = text.trim().replace(/^00/, '+');
  const parsed = parsePhoneNumberFromString(international, country as CountryCode | undefined);
  return parsed?.isPossible() === true ? parsed.number : undefined;
}

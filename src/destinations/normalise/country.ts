import { getCountries } from 'libphonenumber-js';

const codes: ReadonlySet<string> = new Set(getCountries());
const englishName = new Intl.DisplayNames(['en'], { type: 'region' });
const byName = new Map<string, string>([
  ...[...codes].map((code) => [englishName.of(code)?.toLowerCase() ?? code, code] as const),
  ['uk', 'GB'],
  ['usa', 'US'],
  ['united states of america', 'US'],
]);

/** ISO 3166-1 alpha-2 in capitals, from a code in any case or an English name; `undefined` when there is no such country. */
export function toCountryCode(text: string): string | undefined {
  const trimmed = text.trim();
  const code = trimmed.toUpperCase();
  return codes.has(code) ? code : byName.get(trimmed.toLowerCase());
}

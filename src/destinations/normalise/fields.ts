import { toCountryCode } from './country';
import { toE164 } from './phone';

/** What a cleaner may know besides the value: the country of the person, ISO 3166-1 alpha-2. */
export interface Known {
  readonly country?: string;
}

/** Brings a value into the vendor's form; `undefined` when it cannot be one. */
export type Clean = (text: string, known: Known) => string | undefined;

const asEmail = (text: string): string | undefined => (/^[^\s@]+@[^\s@]+$/.test(text) ? text : undefined);
const nonEmpty = (text: string): string | undefined => (text === '' ? undefined : text);

export const plain: Clean = (text) => nonEmpty(text.trim());
export const lower: Clean = (text) => nonEmpty(text.trim().toLowerCase());

export const email: Clean = (text) => asEmail(text.trim());
export const lowerEmail: Clean = (text) => asEmail(text.trim().toLowerCase());

/** Dots and `+suffix` go only from Gmail's own domains: elsewhere they may belong to somebody else. */
export const googleEmail: Clean = (text) => {
  const found = /^([^@]+)@([^@]+)$/.exec(text.replace(/\s/g, '').toLowerCase());
  const [, local = '', domain = ''] = found ?? [];
  if (domain !== 'gmail.com' && domain !== 'googlemail.com') return found?.[0];
  const bare = local.replace(/\+.*$/, '').replaceAll('.', '');
  return bare === '' ? undefined : `${bare}@${domain}`;
};

export const e164: Clean = (text, { country }) => toE164(text, country);
/** E.164 has no leading zeros, so its digits have none either. */
export const phoneDigits: Clean = (text, { country }) => toE164(text, country)?.slice(1);

export const name: Clean = (text) =>
  nonEmpty(
    text
      .toLowerCase()
      .replace(/[\p{P}\p{S}]/gu, '')
      .trim(),
  );

/** Google wants neither titles nor suffixes. */
export const googleName: Clean = (text, known) =>
  name(text.replace(/^\s*(mr|mrs|ms|miss|dr)\b\.?|[\s,]+(jr|sr|ii|iii)\.?\s*$/gi, ''), known);

export const country: Clean = (text) => toCountryCode(text);
export const lowerCountry: Clean = (text) => toCountryCode(text)?.toLowerCase();

/** In the United States the first five digits; elsewhere without spaces. */
export const metaPostcode: Clean = (text, known) => {
  const compact = text.replace(/\s/g, '').toLowerCase();
  return nonEmpty(known.country === 'US' ? compact.slice(0, 5) : compact);
};

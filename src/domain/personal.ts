const listOf = (words: string): readonly string[] => words.split(' ');

/** Words that make a key personal as a word of it: `billing_city`, `customerName`. */
const personalWords = new Set(
  listOf('name mobile cell fax tel city zip postcode street birthday dob age gender sex ip ssn iban avatar passport'),
);

/** Parts long enough to be looked for anywhere in a key, run together or not: `contactemail`, `homeAddress2`. */
const personalParts = listOf(
  'email phone address birth username fullname firstname lastname middlename givenname familyname surname zipcode postalcode nationalid',
);

/** Somewhere an e-mail, or in whole a number in international form. */
export const isPersonalText = (text: string): boolean =>
  /[^\s@]@[^\s@]/.test(text) || /^\s*\+[\d\s().-]{6,}$/.test(text);

export function isPersonalKey(key: string): boolean {
  const words = key
    .replace(/(\p{Ll}|\d)(?=\p{Lu})/gu, '$1 ')
    .toLowerCase()
    .split(/[^\p{L}\d]+/u);
  const joined = words.join('');
  return words.some((word) => personalWords.has(word)) || personalParts.some((part) => joined.includes(part));
}

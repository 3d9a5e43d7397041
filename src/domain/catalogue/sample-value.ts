import { isPersonalKey, isPersonalText } from '../personal';
import type { Json } from '../json';

/** Distinct values up to which a property counts as one of few values; beyond, none is kept. */
export const mostValues = 12;
/** A text is shown once so many events had it: what one person is called is not what many events say. */
export const shownFrom = 3;

const longest = 40;
/** Words of lower case or all capitals, joined by `_`, `-`, `.`, `/`, `:` or a space, with few digits: how programs write their constants. */
const constant = /^(?:[\p{Ll}\d]+(?:[ _./:-][\p{Ll}\d]+)*|[\p{Lu}\d]+(?:[ _./:-][\p{Lu}\d]+)*)$/u;
const manyDigits = /(?:\d[^\d]*){6}/;

/** Whether anything under a key, at any depth, is a person's. */
export const isKeptSecret = (key: string): boolean => isPersonalKey(key) || isPersonalText(key);

/**
 * A value as the catalogue may keep it, as text: true, false, and texts that are written like constants. Never what has the form of an
 * e-mail, a phone number or an id, and never a capitalised word, which may be a name.
 */
export function toSample(value: Json): string | undefined {
  if (typeof value === 'boolean') return String(value);
  if (typeof value !== 'string' || value.length > longest || !constant.test(value)) return undefined;
  return manyDigits.test(value) || isPersonalText(value) ? undefined : value;
}

import type { Identifier } from '../events/event';
import { normalise } from '../identity/normalise';
import { isJsonObject, type Json, type JsonObject } from '../json';

/** Shorter values are looked for as a whole only: `u1` is part of many a word. */
const shortestPart = 5;
/** In a longer text each part is looked for; in one up to here, what stands at each place is looked up among all parts. */
const longText = 100;
/** Digits at the end of a phone number that every way of writing it has in a row, with or without country, prefix or extension. */
const tailDigits = 6;
/** Texts of one event that are read as phone numbers, which costs more than all else; what ends like an erased one beyond is taken for it. */
const mostPhones = 50;

/**
 * Whether a text is one of the identifiers, in whatever form it was written, or has one somewhere in it, as an address has. Each text is
 * judged once, however many identifiers there are: anybody may send thousands of both in one event.
 */
export function isTextOf(identifiers: readonly Identifier[]): (text: string) => boolean {
  const known = new Map<string, boolean>();
  const judge = judgeOf(identifiers);
  return (text) => {
    const before = known.get(text);
    if (before !== undefined) return before;
    const isOne = judge(text);
    known.set(text, isOne);
    return isOne;
  };
}

function judgeOf(identifiers: readonly Identifier[]): (text: string) => boolean {
  const values = new Set(identifiers.map(({ value }) => value));
  const isWritten = otherwiseWritten(values);
  const hasPart = partsOf([...values].map((value) => value.toLowerCase()));
  const isPhone = phonesOf(identifiers.filter(({ type }) => type === 'phone').map(({ value }) => value));
  return (text) => {
    // The forms of `normalise`, whichever is that of the type: policies change.
    const form = isPlain(text) ? text.trim() : text.normalize('NFC').trim();
    if (values.has(text) || values.has(form)) return true;
    return isWritten(form) || hasPart(text.toLowerCase()) || isPhone(text);
  };
}

/** Whether a text is one of the values but for its case, the signs between digits, or the way in which a UUID is written. */
function otherwiseWritten(values: ReadonlySet<string>): (text: string) => boolean {
  const all = [...values];
  const hasDigits = all.some((value) => /^\d+$/.test(value));
  const hasUuids = all.some((value) => normalise(value, { form: 'uuid' }) === value);
  const isValue = (text: string | undefined): boolean => text !== undefined && values.has(text);
  return (text) =>
    values.has(text.toLowerCase()) ||
    (hasDigits && isValue(normalise(text, { form: 'digits' }))) ||
    (hasUuids && isValue(normalise(text, { form: 'uuid' })));
}

/** ASCII, which has one form only. */
const isPlain = (text: string): boolean => !/[\u0080-\uffff]/.test(text);

/** Whether a text has one of these values in it. Most texts are too short to, or have the beginning of none. */
function partsOf(values: readonly string[]): (text: string) => boolean {
  const parts = [...new Set(values)].filter((value) => value.length >= shortestPart);
  const beginnings = new Map<string, string[]>();
  for (const part of parts) {
    const beginning = part.slice(0, shortestPart);
    beginnings.set(beginning, [...(beginnings.get(beginning) ?? []), part]);
  }
  return (text) => {
    if (text.length > longText) return parts.some((part) => text.includes(part));
    for (let at = 0; at + shortestPart <= text.length; at += 1)
      if (beginnings.get(text.slice(at, at + shortestPart))?.some((part) => text.startsWith(part, at))) return true;
    return false;
  };
}

function phonesOf(phones: readonly string[]): (text: string) => boolean {
  const values = new Set(phones);
  const tails = [...new Set(phones.map((phone) => phone.slice(-tailDigits)))];
  const fewestDigits = Math.min(...tails.map(({ length }) => length));
  let read = 0;
  return (text) => {
    if (values.size === 0 || text.length < fewestDigits || !mayBePhone(text, tails)) return false;
    read += 1;
    return read > mostPhones || values.has(normalise(text, { form: 'phone' }) ?? '');
  };
}

function mayBePhone(text: string, tails: readonly string[]): boolean {
  const western = isPlain(text) ? text : text.replace(otherDigits, (digit) => String(digit.charCodeAt(0) & 0xf));
  const digits = western.replace(/\D/g, '');
  return tails.some((tail) => tail.length <= digits.length && digits.includes(tail));
}

/** Arabic, Persian and full-width digits, which are read as numbers, too; their last four bits are what they count. */
const otherDigits = /[\u0660-\u0669\u06f0-\u06f9\uff10-\uff19]/g;

/** A copy without the fields and items that are such a text, or are called so, at any depth. */
export function scrubObject(object: JsonObject, isErased: (text: string) => boolean): JsonObject {
  const kept = Object.entries(object).filter(([key, value]) => !isErased(key) && !isErasedText(value, isErased));
  return Object.fromEntries(kept.map(([key, value]) => [key, scrub(value, isErased)]));
}

function scrub(value: Json, isErased: (text: string) => boolean): Json {
  if (Array.isArray(value))
    return (value as readonly Json[])
      .filter((item) => !isErasedText(item, isErased))
      .map((item) => scrub(item, isErased));
  return isJsonObject(value) ? scrubObject(value, isErased) : value;
}

const isErasedText = (value: Json, isErased: (text: string) => boolean): boolean =>
  (typeof value === 'string' && isErased(value)) || (typeof value === 'number' && isErased(String(value)));

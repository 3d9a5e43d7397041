import type { Identifier } from '../events/event';
import { normaliseIdentifier } from '../identity/normalise';
import { isJsonObject, type Json, type JsonObject } from '../json';

/** Shorter values are looked for as a whole only: `u1` is part of many a word. */
const shortestPart = 5;
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
  const keys = new Set(identifiers.map(({ type, value }) => `${type}:${value}`));
  const types = [...new Set(identifiers.map(({ type }) => type))].filter((type) => type !== 'phone');
  const parts = [...values].filter((value) => value.length >= shortestPart).map((value) => value.toLowerCase());
  const isPhone = phonesOf(identifiers.filter(({ type }) => type === 'phone').map(({ value }) => value));
  const isForm = (type: string, text: string): boolean => {
    const value = normaliseIdentifier(type, text)?.value;
    return value !== undefined && keys.has(`${type}:${value}`);
  };
  return (text) => {
    if (values.has(text) || types.some((type) => isForm(type, text))) return true;
    const lower = text.toLowerCase();
    return parts.some((part) => part.length <= lower.length && lower.includes(part)) || isPhone(text);
  };
}

function phonesOf(phones: readonly string[]): (text: string) => boolean {
  const values = new Set(phones);
  const tails = [...new Set(phones.map((phone) => phone.slice(-tailDigits)))];
  let read = 0;
  return (text) => {
    if (values.size === 0 || !mayBePhone(text, tails)) return false;
    read += 1;
    return read > mostPhones || values.has(normaliseIdentifier('phone', text)?.value ?? '');
  };
}

function mayBePhone(text: string, tails: readonly string[]): boolean {
  const digits = text.replace(otherDigits, (digit) => String(digit.charCodeAt(0) & 0xf)).replace(/\D/g, '');
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

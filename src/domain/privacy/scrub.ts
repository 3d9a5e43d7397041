import type { Identifier } from '../events/event';
import { normaliseIdentifier } from '../identity/normalise';
import { isJsonObject, type Json, type JsonObject } from '../json';

/** Shorter values are looked for as a whole only: `u1` is part of many a word. */
const shortestPart = 5;

/** Whether a text is the identifier, in whatever form it was written, or has it somewhere in it, as an address has. */
export function isTextOf({ type, value }: Identifier, text: string): boolean {
  if (text === value || normaliseIdentifier(type, text)?.value === value) return true;
  return value.length >= shortestPart && text.toLowerCase().includes(value.toLowerCase());
}

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

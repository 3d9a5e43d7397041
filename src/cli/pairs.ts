import { withKey, type Json } from '../domain/json';
import { usageError } from './command-error';

/** `name=value` of a repeatable option, gathered. The value is JSON where it parses as such, and text otherwise. */
export function addPair(pair: string, gathered: Readonly<Record<string, Json>> = {}): Record<string, Json> {
  const [, name, value] = /^([^=]+)=(.*)$/s.exec(pair) ?? [];
  if (name === undefined || value === undefined)
    throw usageError(`Write name=value; "${pair}" has no "=" after a name.`);
  return withKey(gathered, name, readValue(value));
}

/** Long digits, as in order and phone numbers, stay text: as a number they would come out changed. */
export function readValue(text: string): Json {
  try {
    const value = JSON.parse(text) as Json;
    return typeof value === 'number' && Math.abs(value) > Number.MAX_SAFE_INTEGER ? text : value;
  } catch {
    return text;
  }
}

/** A whole number of at least 1. */
export function readCount(text: string): number {
  if (!/^[1-9]\d{0,8}$/.test(text)) throw usageError(`Write a whole number from 1; "${text}" is none.`);
  return Number(text);
}

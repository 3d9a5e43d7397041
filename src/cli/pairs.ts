import { withKey, type Json } from '../domain/json';
import { readJsonText } from '../domain/json-text';
import { usageError } from './command-error';

/** `name=value` of a repeatable option, gathered. The value is JSON where it parses as such, and text otherwise. */
export function addPair(pair: string, gathered: Readonly<Record<string, Json>> = {}): Record<string, Json> {
  const [, name, value] = /^([^=]+)=(.*)$/s.exec(pair) ?? [];
  if (name === undefined || value === undefined)
    throw usageError(`Write name=value; "${pair}" has no "=" after a name.`);
  return withKey(gathered, name, readJsonText(value));
}

/** A whole number of at least 1. */
export function readCount(text: string): number {
  if (!/^[1-9]\d{0,8}$/.test(text)) throw usageError(`Write a whole number from 1; "${text}" is none.`);
  return Number(text);
}

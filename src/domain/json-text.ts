import type { Json } from './json';

/**
 * A value that somebody wrote as text: JSON where it parses as such, and text otherwise. Long digits, as in order and phone numbers,
 * stay text: as a number they would come out changed.
 */
export function readJsonText(text: string): Json {
  try {
    const value = JSON.parse(text) as Json;
    return typeof value === 'number' && Math.abs(value) > Number.MAX_SAFE_INTEGER ? text : value;
  } catch {
    return text;
  }
}

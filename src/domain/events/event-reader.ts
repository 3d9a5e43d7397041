import { longestIdentifier } from '../identity/normalise';
import { isJsonObject, own, type JsonObject } from '../json';
import { readEventInstant } from './event-time';
import { kindOf, type Rejection } from './rejection';

const nothing: JsonObject = {};

/** Reads the fields of a raw event and remembers the first that is not as it should be. `null` is the same as absent. */
export class EventReader {
  #rejection: Rejection | undefined;

  constructor(readonly raw: JsonObject) {}

  get rejection(): Rejection | undefined {
    return this.#rejection;
  }

  refuse(code: Rejection['code'], path: string, message: string): undefined {
    this.#rejection ??= { code, path, message };
  }

  /** Ids are text only: a large number has lost its last digits before anybody could look. */
  id(record: JsonObject, key: string, path = `/${key}`): string | undefined {
    const value = own(record, key);
    if (value === undefined || value === null) return undefined;
    if (typeof value !== 'string') {
      return this.refuse('invalid_id', path, `${key} is ${kindOf(value)}; send ids as text.`);
    }
    if (value.length <= longestIdentifier) return value;
    return this.refuse('invalid_id', path, `${key} is longer than ${longestIdentifier} characters; send a shorter id.`);
  }

  object(key: string, record: JsonObject = this.raw, path = `/${key}`): JsonObject {
    const value = own(record, key);
    if (value === undefined || value === null) return nothing;
    if (isJsonObject(value)) return value;
    this.refuse('invalid_object', path, `${key} is ${kindOf(value)}; send an object.`);
    return nothing;
  }

  /** An event with a time that cannot be read is refused, not taken for one of now. */
  instant(key: string): number | undefined {
    const value = own(this.raw, key);
    if (value === undefined || value === null) return undefined;
    const at = readEventInstant(value);
    if (at !== undefined) return at;
    const what = typeof value === 'string' || typeof value === 'number' ? 'not a date of 1970 to 2100' : kindOf(value);
    return this.refuse(
      'invalid_timestamp',
      `/${key}`,
      `${key} is ${what}; send RFC 3339 such as 2026-05-01T09:00:00Z.`,
    );
  }
}

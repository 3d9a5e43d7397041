import { pointerPart } from '../json-pointer';

/** Why one event was refused. `message` names the field, the kind of its value and the remedy, never the value. */
export interface Rejection {
  readonly code:
    | 'not_an_object'
    | 'too_large'
    | 'too_deep'
    | 'invalid_text'
    | 'invalid_key'
    | 'invalid_number'
    | 'unknown_type'
    | 'invalid_event_name'
    | 'invalid_id'
    | 'invalid_object'
    | 'invalid_timestamp'
    | 'invalid_expiry'
    | 'invalid_fact'
    | 'invalid_mapping'
    | 'invalid_envelope'
    | 'invalid_consent'
    | 'no_identifier'
    | 'plan_violation';
  /** JSON pointer into the event. */
  readonly path: string;
  readonly message: string;
}

/** What a value is, in words. */
export function kindOf(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object') return 'an object';
  return typeof value === 'boolean' ? 'true or false' : `a ${typeof value}`;
}

/** A key as one part of a JSON pointer (RFC 6901), cut where it is long. */
export const shortPointerPart = (key: string): string => pointerPart(key.slice(0, 100).toWellFormed());

import type { Json } from '../../domain/json';
import { parseJson } from '../read-answer';

/** Object ids of PostgreSQL's own types (its catalogue, `pg_type.dat`). */
const oid = {
  bool: 16,
  int2: 21,
  int4: 23,
  json: 114,
  float4: 700,
  float8: 701,
  jsonb: 3_802,
  timestamp: 1_114,
  timestamptz: 1_184,
  date: 1_082,
};

const numbers: readonly number[] = [oid.int2, oid.int4, oid.float4, oid.float8];
export const isTime = (type: number): boolean => [oid.timestamp, oid.timestamptz, oid.date].includes(type);

/**
 * A value as the server writes it, as JSON: what JavaScript holds exactly becomes a number, `bigint` and `numeric` stay text (a mapping
 * makes them numbers), times become RFC 3339 with all their digits, and types without a form in JSON stay text.
 */
export function toJson(text: string | null, type: number): Json {
  if (text === null) return null;
  if (type === oid.bool) return text === 't';
  if (type === oid.json || type === oid.jsonb) return parseJson(text);
  if (type === oid.timestamp || type === oid.timestamptz) return toRfc3339(text);
  // NaN and Infinity have no form in JSON.
  return numbers.includes(type) && Number.isFinite(Number(text)) ? Number(text) : text;
}

/** The session's zone is UTC and its style ISO. */
const toRfc3339 = (text: string): string =>
  /^\d{4}-/.test(text) ? `${text.replace(' ', 'T').replace(/\+00$/, '')}Z`.replace(/Z+$/, 'Z') : text;

/** Of a time as the server or a person writes it, epoch milliseconds; without a zone it is UTC. NaN for what is no instant. */
export const instantOf = (text: string): number =>
  text === '-infinity' ? -Infinity : Date.parse(text.includes('T') || !text.includes(' ') ? text : toRfc3339(text));

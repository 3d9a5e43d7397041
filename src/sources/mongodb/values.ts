import { BSON } from 'mongodb';
import type { Json } from '../../domain/json';

/** A value of BSON as JSON: ids as hexadecimal text, times as RFC 3339, what a double cannot hold as text, bytes as base64. */
export function toJson(value: unknown): Json {
  if (value === null || value === undefined) return null;
  if (typeof value === 'string' || typeof value === 'boolean') return value;
  if (typeof value === 'number') return Number.isFinite(value) ? value : String(value);
  if (typeof value === 'bigint') return String(value);
  return Array.isArray(value) ? value.map(toJson) : fromObject(value);
}

function fromObject(value: object): Json {
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? null : value.toISOString();
  if (value instanceof BSON.Binary) return fromBinary(value);
  if (value instanceof BSON.BSONValue) return saysItself(value) ? value.toString() : BSON.EJSON.stringify(value);
  return Object.fromEntries(Object.entries(value).map(([key, child]) => [key, toJson(child)]));
}

const fromBinary = (value: BSON.Binary): string =>
  value.sub_type === BSON.Binary.SUBTYPE_UUID ? value.toUUID().toString() : value.toString('base64');

/** Numbers and ids; of the rest, the Extended JSON is all there is. */
const saysItself = (value: BSON.BSONValue): value is BSON.ObjectId | BSON.Long | BSON.Decimal128 =>
  value instanceof BSON.ObjectId || value instanceof BSON.Long || value instanceof BSON.Decimal128;

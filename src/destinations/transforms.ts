import { DateTime } from 'luxon';
import { readInstant } from '../domain/instant';
import { isJsonObject, type Json } from '../domain/json';
import { allAt } from '../domain/path';
import type { plainTransforms, Transform } from './mapping.schema';
import { toCountryCode } from './normalise/country';
import { toE164 } from './normalise/phone';
import { sha256Hex } from './normalise/sha256';

type PlainName = (typeof plainTransforms)[number];
type Options<Name extends string> = Extract<Transform, Record<Name, unknown>>;

/** `undefined`: the value is nothing this transform can take. */
type Apply = (value: Json) => Json | undefined;

const onText =
  (apply: (text: string) => string | undefined): Apply =>
  (value) =>
    typeof value === 'string' ? apply(value) : undefined;

const plain: { readonly [Name in PlainName]: Apply } = {
  number: readNumber,
  string: asText,
  lower: onText((text) => text.toLowerCase()),
  upper: onText((text) => text.toUpperCase()),
  trim: onText((text) => text.trim()),
  sha256: (value) => sha256Hex(asText(value)),
  country: onText(toCountryCode),
  phone: onText((text) => toE164(text)),
  json: (value) => JSON.stringify(value),
};

const named = {
  round: ({ round }: Options<'round'>, value: Json) => (typeof value === 'number' ? roundTo(value, round) : undefined),
  date: (options: Options<'date'>, value: Json) => formatDate(options, value),
  phone: ({ phone }: Options<'phone'>, value: Json) => onText((text) => toE164(text, phone.country))(value),
  get: ({ get }: Options<'get'>, value: Json) => getFrom(value, get),
} as const;

/** What one transform makes of a value; `undefined` when it cannot take it. */
export function applyTransform(transform: Transform, value: Json): Json | undefined {
  if (typeof transform === 'string') return plain[transform](value);
  if ('round' in transform) return named.round(transform, value);
  if ('date' in transform) return named.date(transform, value);
  if ('phone' in transform) return named.phone(transform, value);
  return named.get(transform, value);
}

/** Names a transform in a message. */
export const transformName = (transform: Transform): string =>
  typeof transform === 'string' ? transform : (Object.keys(transform)[0] ?? 'transform');

function readNumber(value: Json): number | undefined {
  if (typeof value === 'number') return value;
  if (typeof value === 'boolean') return value ? 1 : 0;
  if (typeof value !== 'string' || value.trim() === '') return undefined;
  const read = Number(value);
  return Number.isFinite(read) ? read : undefined;
}

function asText(value: Json): string {
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

/** Half away from zero on the decimal digits: 1.005 is 1.01, which binary arithmetic alone would miss. */
function roundTo(value: number, digits: number): number {
  const shifted = Number(`${Math.abs(value)}e${digits}`);
  if (!Number.isFinite(shifted)) return value;
  return Math.sign(value) * Number(`${Math.round(shifted)}e-${digits}`);
}

function formatDate({ date, zone = 'utc' }: Options<'date'>, value: Json): string | number | undefined {
  const instant = readInstant(value);
  if (instant === undefined) return undefined;
  if (date === 'milliseconds') return instant;
  if (date === 'seconds') return Math.floor(instant / 1_000);
  const local = DateTime.fromMillis(instant, { zone, locale: 'en' });
  if (!local.isValid) return undefined;
  return date === 'iso' ? local.toISO() : local.toFormat(date);
}

function getFrom(value: Json, path: string): Json | undefined {
  const root = typeof value === 'string' ? parseJson(value) : value;
  return isJsonObject(root) ? allAt(root, path) : undefined;
}

function parseJson(text: string): Json | undefined {
  try {
    return JSON.parse(text) as Json;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

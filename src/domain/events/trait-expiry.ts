import { durationPattern, parseDuration } from '../duration';
import { traitTypes } from '../identity/identifier-types';
import { isJsonObject, own, type Json, type JsonObject } from '../json';
import type { EventReader } from './event-reader';
import { readEventInstant } from './event-time';
import { kindOf, shortPointerPart } from './rejection';

const place = '/context/traitExpiry';
/** Ten years, as for every duration. */
const longestMs = parseDuration('520w');

/**
 * When traits of an `identify` cease to be so: `context.traitExpiry`, an object of a duration after the event, or an instant, by name of
 * the trait. Names the event does not state are passed over, since clients keep a context over many events.
 */
export function traitExpiryOf(
  reader: EventReader,
  { context, traits, at }: { readonly context: JsonObject; readonly traits: JsonObject; readonly at: number },
): { readonly traitExpiry?: Readonly<Record<string, number>> } {
  const stated = own(context, 'traitExpiry') ?? {};
  if (!isJsonObject(stated)) {
    reader.refuse('invalid_expiry', place, `traitExpiry is ${kindOf(stated)}; send an object of durations by trait.`);
    return {};
  }
  const ends = Object.entries(stated).flatMap(([name, end]): [string, number][] => {
    if ((own(traits, name) ?? null) === null || end === null) return [];
    const expiresAt = readEnd(name, end, at);
    if (typeof expiresAt === 'number') return [[name, expiresAt]];
    reader.refuse('invalid_expiry', place + shortPointerPart(name), expiresAt);
    return [];
  });
  return ends.length === 0 ? {} : { traitExpiry: Object.fromEntries(ends) };
}

/** The instant, or what is wrong. */
function readEnd(name: string, end: Json, at: number): number | string {
  if (traitTypes.some((type) => type === name)) return 'An e-mail or phone is an identifier, which does not expire.';
  const duration = typeof end === 'string' && durationPattern.test(end) ? parseDuration(end) : undefined;
  if (duration !== undefined)
    return duration > longestMs ? 'The duration is longer than ten years, "520w".' : at + duration;
  const expiresAt = readEventInstant(end);
  if (expiresAt === undefined) return `The expiry is ${given(end)}; send a duration such as "30d", or an instant.`;
  return expiresAt > at ? expiresAt : 'The trait would expire before it is stated; send a later instant.';
}

const given = (end: Json): string =>
  typeof end === 'string' || typeof end === 'number' ? 'neither a duration nor a date of 1970 to 2100' : kindOf(end);

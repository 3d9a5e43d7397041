import { readInstant } from '../instant';
import type { Json } from '../json';

/** Beyond this an instant that is corrected for the sender's clock and still in the future is taken for a wrong one. */
export const futureToleranceMs = 5 * 60_000;

const earliest = 0;
const latest = Date.UTC(2101, 0, 1) - 1;

/**
 * Epoch milliseconds of what senders write for an instant: ISO 8601 text or epoch seconds or milliseconds. `undefined` for anything
 * else and for instants outside 1970–2100.
 */
export function readEventInstant(value: Json | undefined): number | undefined {
  if (value === undefined) return undefined;
  const at = readInstant(value) ?? lenient(value);
  return at !== undefined && at >= earliest && at <= latest ? at : undefined;
}

/** ISO 8601 that RFC 3339 is too strict for: no zone (UTC), a space for the T, no seconds, basic offsets. */
function lenient(value: Json): number | undefined {
  if (typeof value !== 'string') return undefined;
  const found = /^(\d{4}-\d\d-\d\d)[Tt ](\d\d:\d\d)(:\d\d(?:\.\d+)?)?\s?(Z|z|[+-]\d\d:?\d\d)?$/.exec(value.trim());
  if (!found) return undefined;
  const [, day = '', minute = '', second = ':00', zone = 'Z'] = found;
  const offset = zone.length === 5 ? `${zone.slice(0, 3)}:${zone.slice(3)}` : zone;
  return readInstant(`${day}T${minute}${second}${offset}`);
}

export interface EventTimes {
  readonly receivedAt: number;
  /** The device's time of the event: `timestamp`, else `originalTimestamp`. */
  readonly saidAt?: number | undefined;
  /** The device's time of sending, of the event or its batch. */
  readonly sentAt?: number | undefined;
}

/**
 * When it happened, by our clock: `receivedAt − (sentAt − saidAt)`, which takes the error of the sender's clock out (Segment's
 * formula). Without `sentAt` there is nothing to correct by. What is then still further in the future than the tolerance is clamped to
 * `receivedAt`.
 */
export function occurredAtOf({ receivedAt, saidAt, sentAt }: EventTimes): number {
  if (saidAt === undefined) return receivedAt;
  const corrected = sentAt === undefined ? saidAt : receivedAt - (sentAt - saidAt);
  return corrected > receivedAt + futureToleranceMs ? receivedAt : Math.max(earliest, corrected);
}

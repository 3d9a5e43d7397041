import type { Json } from './json';

const rfc3339 = /^(\d{4})-(\d\d)-(\d\d)(?:[Tt ](\d\d:\d\d:\d\d(?:\.\d+)?)([Zz]|[+-]\d\d:\d\d))?$/;
// Epoch seconds reach this in the year 5138, epoch milliseconds passed it in 1973.
const secondsBelow = 100_000_000_000;

/**
 * Epoch milliseconds of a date: RFC 3339 text (a date alone is midnight UTC) or a number of epoch seconds or milliseconds.
 * `undefined` for anything else, also for numbers in text and days that do not exist.
 */
export function readInstant(value: Json): number | undefined {
  if (typeof value === 'number') return Math.abs(value) < secondsBelow ? Math.floor(value * 1_000) : Math.floor(value);
  const found = typeof value === 'string' ? rfc3339.exec(value) : null;
  if (!found) return undefined;
  const [, year, month, day, time = '00:00:00', zone = 'Z'] = found;
  const parts = [readDay(Number(year), Number(month), Number(day)), readTime(time), readOffset(zone)] as const;
  return parts.reduce((sum, part) => (sum === undefined || part === undefined ? undefined : sum + part), 0);
}

function readDay(year: number, month: number, day: number): number | undefined {
  const midnight = new Date(0);
  midnight.setUTCFullYear(year, month - 1, day);
  // A day that does not exist, such as 31 February, has rolled over into the next month.
  const exists = midnight.getUTCMonth() === month - 1 && midnight.getUTCDate() === day;
  return exists ? midnight.getTime() : undefined;
}

function readTime(text: string): number | undefined {
  const [hour, minute, second] = text.split(':').map(Number) as [number, number, number];
  // 60 is a leap second, taken for the first of the next minute.
  if (hour > 23 || minute > 59 || second >= 61) return undefined;
  return (hour * 60 + minute) * 60_000 + Math.floor(second * 1_000 + 1e-6); // 1.001 × 1,000 is a hair below 1,001
}

/** Milliseconds to add to a local time to get UTC. */
function readOffset(zone: string): number | undefined {
  if (zone.length === 1) return 0;
  const [hours, minutes] = zone.slice(1).split(':').map(Number) as [number, number];
  if (hours > 23 || minutes > 59) return undefined;
  return (zone.startsWith('-') ? 1 : -1) * (hours * 60 + minutes) * 60_000;
}

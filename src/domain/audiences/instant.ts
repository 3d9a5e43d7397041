import type { Json } from '../json';

const rfc3339 = /^(\d{4})-(\d\d)-(\d\d)(?:[Tt ](\d\d):(\d\d):(\d\d)(?:\.(\d+))?([Zz]|[+-]\d\d:\d\d))?$/;
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
  const [year, month, day, hour, minute, second] = found.slice(1, 7).map((part) => Number(part ?? 0)) as [
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  if (hour > 23 || minute > 59 || second > 60) return undefined;
  const midnight = new Date(0).setUTCFullYear(year, month - 1, day);
  // A day that does not exist, such as 31 February, has rolled over into the next month.
  if (new Date(midnight).getUTCMonth() !== month - 1 || new Date(midnight).getUTCDate() !== day) return undefined;
  const milliseconds = Math.floor(Number(`0.${found[7] ?? '0'}`) * 1_000);
  const offset = readOffset(found[8]);
  return offset === undefined
    ? undefined
    : midnight + ((hour * 60 + minute) * 60 + second) * 1_000 + milliseconds - offset;
}

function readOffset(zone: string | undefined): number | undefined {
  if (zone === undefined || zone.length === 1) return 0;
  const [hours, minutes] = zone.slice(1).split(':').map(Number) as [number, number];
  if (hours > 23 || minutes > 59) return undefined;
  return (zone.startsWith('-') ? -1 : 1) * (hours * 60 + minutes) * 60_000;
}

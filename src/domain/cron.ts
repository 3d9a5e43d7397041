import { dayMs } from './duration';
import { instantOf, localOf } from './zone';

const months = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
const days = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'];

/** The five fields, with the numbers that each may hold. Sunday is 0 or 7. */
const fields = [
  { name: 'minute', from: 0, to: 59, names: [] as readonly string[] },
  { name: 'hour', from: 0, to: 23, names: [] as readonly string[] },
  { name: 'day of the month', from: 1, to: 31, names: [] as readonly string[] },
  { name: 'month', from: 1, to: 12, names: months },
  { name: 'day of the week', from: 0, to: 7, names: days },
] as const;
type Field = (typeof fields)[number];

/** The numbers of each field, in order. */
export interface Cron {
  readonly minutes: readonly number[];
  readonly hours: readonly number[];
  readonly daysOfMonth: readonly number[];
  readonly months: readonly number[];
  /** Sunday is 0. */
  readonly daysOfWeek: readonly number[];
}

const minuteMs = 60_000;
/** A 29 February of one day of the week comes again within forty years, also where a century leaves one out. */
const longestGapDays = 41 * 366;

/** Reads five fields; numbers, names, ranges, lists and steps. Answers in words why a text is none. */
export function parseCron(text: string): Cron | string {
  const parts = text.trim().toLowerCase().split(/\s+/);
  if (parts.length !== fields.length)
    return 'Write five fields: minute, hour, day of the month, month, day of the week, such as "0 9 * * mon".';
  const read = fields.map((field, at) => readField(parts[at] as string, field));
  const wrong = fields.find((_, at) => read[at] === undefined);
  if (wrong) return problemOf(wrong);
  if (parts[2] !== '*' && parts[4] !== '*')
    return 'Name days of the month or days of the week, and "*" for the other: cron programs disagree about both.';
  const [minutes, hours, daysOfMonth, monthsRead, week] = read as [number[], number[], number[], number[], number[]];
  const daysOfWeek = [...new Set(week.map((day) => day % 7))].sort((a, b) => a - b);
  return { minutes, hours, daysOfMonth, months: monthsRead, daysOfWeek };
}

const problemOf = ({ name, from, to, names: [first] }: Field): string =>
  `The ${name} is "*", a number from ${from} to ${to}${first === undefined ? '' : ` or a name such as "${first}"`}, a range or a list, each with "/step" if need be.`;

function readField(text: string, field: Field): number[] | undefined {
  const ranges = text.split(',').map((part) => readRange(part, field));
  if (ranges.some((range) => range === undefined)) return undefined;
  return [...new Set(ranges.flatMap((range) => range ?? []))].sort((a, b) => a - b);
}

/** `*`, `5`, `mon-fri` or `5/15`: from 5 on, each fifteenth. */
function readRange(part: string, field: Field): number[] | undefined {
  const found = /^(?:\*|(\w{1,3})(?:-(\w{1,3}))?)(?:\/(\d{1,2}))?$/.exec(part);
  if (!found) return undefined;
  const [, start, end, every] = found;
  const first = start === undefined ? field.from : numberOf(start, field);
  const last = lastOf(first, { end, isOpen: start === undefined || every !== undefined }, field);
  const step = every === undefined ? 1 : Number(every);
  if (first === undefined || last === undefined || last < first || step < 1) return undefined;
  return Array.from({ length: Math.floor((last - first) / step) + 1 }, (_, n) => first + n * step);
}

function lastOf(
  first: number | undefined,
  { end, isOpen }: { readonly end: string | undefined; readonly isOpen: boolean },
  field: Field,
): number | undefined {
  if (end !== undefined) return numberOf(end, field);
  return isOpen ? field.to : first;
}

function numberOf(text: string, { from, to, names }: Field): number | undefined {
  const named = names.indexOf(text);
  const number = named >= 0 ? named + from : /^\d+$/.test(text) ? Number(text) : undefined;
  return number !== undefined && number >= from && number <= to ? number : undefined;
}

/** One that a schema has read. Throws for what is none. */
export function cronOf(text: string): Cron {
  const read = parseCron(text);
  if (typeof read === 'string') throw new Error(read);
  return read;
}

/**
 * The instants of a cron expression after another one. A local time that the clock leaves out is the first instant after the gap, and one
 * that it passes twice is its first.
 */
export function nextFires(text: string, zone: string, after: number, count: number): number[] {
  const cron = cronOf(text);
  const found: number[] = [];
  // From the day before: it may be yesterday's time that a gap has moved.
  let day = Math.floor(localOf(after, zone) / dayMs) * dayMs - dayMs;
  for (let looked = 0; looked < longestGapDays && found.length < count; looked += 1, day += dayMs)
    for (const at of firesOn(cron, day, zone)) if (at > after && at !== found.at(-1)) found.push(at);
  return found.slice(0, count);
}

/** Whether it fires at this very instant. */
export const firesAt = (text: string, zone: string, at: number): boolean => nextFires(text, zone, at - 1, 1)[0] === at;

function firesOn({ minutes, hours, ...cron }: Cron, day: number, zone: string): number[] {
  const date = new Date(day);
  const isDay =
    cron.months.includes(date.getUTCMonth() + 1) &&
    cron.daysOfMonth.includes(date.getUTCDate()) &&
    cron.daysOfWeek.includes(date.getUTCDay());
  if (!isDay) return [];
  const times = hours.flatMap((hour) => minutes.map((minute) => (hour * 60 + minute) * minuteMs));
  return times.map((time) => instantOf(day + time, zone)).sort((a, b) => a - b);
}

/** Instants of some years at which it fires though the clock on the wall says another time: those after a gap. As that clock says them. */
export function firesAfterGaps(text: string, zone: string, from: number, years: number): Date[] {
  const cron = cronOf(text);
  const found: Date[] = [];
  const first = Math.floor(localOf(from, zone) / dayMs) * dayMs;
  for (let day = first; day < first + years * 366 * dayMs; day += dayMs) {
    if (instantOf(day + dayMs, zone) - instantOf(day, zone) >= dayMs) continue;
    for (const at of firesOn(cron, day, zone)) {
      const wall = new Date(localOf(at, zone));
      const isWritten = cron.hours.includes(wall.getUTCHours()) && cron.minutes.includes(wall.getUTCMinutes());
      if (!isWritten && found.at(-1)?.getTime() !== wall.getTime()) found.push(wall);
    }
  }
  return found;
}

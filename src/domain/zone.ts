import { IANAZone } from 'luxon';
import { dayMs, parseDuration } from './duration';
import { readInstant } from './instant';
import { own, type Json, type JsonObject } from './json';

/** The trait that says in which zone a person lives. */
export const zoneTrait = 'timezone';
export const defaultZone = 'UTC';

export const weekdays = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const;
export type Weekday = (typeof weekdays)[number];

/** Where a zone was found. */
export interface ZoneChoice {
  readonly zone: string;
  readonly from: 'profile' | 'journey' | 'workspace' | 'default';
  /** The person's own is no zone, and counts as missing. */
  readonly isProfileInvalid: boolean;
}

/** A local time of day, `HH:MM`, on some weekdays; on all of them unless said. */
export interface LocalTime {
  readonly time: string;
  readonly days?: readonly Weekday[] | undefined;
}

/** From a local time up to another, not including it: of the next day where that is not later. The days are those on which it opens. */
export interface DailyWindow {
  readonly from: string;
  readonly to: string;
  readonly days?: readonly Weekday[] | undefined;
}

/** One opening of a window: `[opensAt, closesAt)`. */
export interface Opening {
  readonly opensAt: number;
  readonly closesAt: number;
}

const minuteMs = 60_000;
/** No zone is further from UTC than 14 hours, and no two changes of one are within two days. */
const probeMs = 26 * 3_600_000;

export const isZone = (name: Json | undefined): name is string =>
  typeof name === 'string' && name.length <= 64 && IANAZone.isValidZone(name);

/** The zone of a person: their own, else the journey's, else the workspace's, else UTC. One that is no zone counts as missing. */
export function zoneOf(traits: JsonObject, journeyZone?: string, workspaceZone?: string): ZoneChoice {
  const said = own(traits, zoneTrait);
  if (isZone(said)) return { zone: said, from: 'profile', isProfileInvalid: false };
  const isProfileInvalid = said !== undefined && said !== null;
  if (isZone(journeyZone)) return { zone: journeyZone, from: 'journey', isProfileInvalid };
  if (isZone(workspaceZone)) return { zone: workspaceZone, from: 'workspace', isProfileInvalid };
  return { zone: defaultZone, from: 'default', isProfileInvalid };
}

/** The first instant after `after` at which it is this time of day there. */
export function nextLocalTime(after: number, { time, days = weekdays }: LocalTime, zone: string): number | undefined {
  const today = localDay(after, zone);
  // Two weeks: the one day of a week that is asked for may be missing from the calendar of the zone.
  for (let day = today; day <= today + 14 * dayMs; day += dayMs) {
    const at = instantOf(day + timeOfDay(time), zone);
    if (at > after && days.includes(weekdayOf(day)) && isInCalendar(day, zone)) return at;
  }
  return undefined;
}

/** The opening of a window that an instant is in. */
export function openingAt(at: number, window: DailyWindow, zone: string): Opening | undefined {
  const today = localDay(at, zone);
  const days = window.days ?? weekdays;
  return [today - dayMs, today]
    .filter((day) => days.includes(weekdayOf(day)))
    .map((day) => openingOn(day, window, zone))
    .find(({ opensAt, closesAt }) => opensAt <= at && at < closesAt);
}

/** When a window is open next, which is now for whoever is inside. */
export function nextOpening(at: number, window: DailyWindow, zone: string): number | undefined {
  if (openingAt(at, window, zone)) return at;
  return nextLocalTime(at, { time: window.from, days: window.days }, zone);
}

/** The same local time that many calendar days later. */
export const addDays = (at: number, days: number, zone: string): number =>
  instantOf(localOf(at, zone) + days * dayMs, zone);

export const isOfDays = (duration: string): boolean => /[dw]$/.test(duration);

/** So long after an instant, or before it (`-1d`): a day or a week is one of the calendar there, anything shorter passes everywhere alike. */
export function shifted(at: number, offset: string, zone: string): number {
  const isBefore = offset.startsWith('-');
  const ms = parseDuration(isBefore ? offset.slice(1) : offset) * (isBefore ? -1 : 1);
  return isOfDays(offset) ? addDays(at, ms / dayMs, zone) : at + ms;
}

/** `readInstant`, where a date alone is midnight in the zone. */
export function readInstantIn(value: Json, zone: string): number | undefined {
  const at = readInstant(value);
  const isDateAlone = typeof value === 'string' && value.length === 'yyyy-mm-dd'.length;
  return at !== undefined && isDateAlone ? instantOf(at, zone) : at;
}

function openingOn(day: number, { from, to }: DailyWindow, zone: string): Opening {
  const opens = day + timeOfDay(from);
  const closes = day + timeOfDay(to) + (timeOfDay(to) <= timeOfDay(from) ? dayMs : 0);
  return { opensAt: instantOf(opens, zone), closesAt: instantOf(closes, zone) };
}

/**
 * Local times are numbers here: what the clock on the wall would be in epoch milliseconds, were the zone UTC. One that the clock passes twice is
 * its first instant; one that it leaves out is the first instant after the gap.
 */
export function instantOf(local: number, zone: string): number {
  const before = offsetMs(local - probeMs, zone);
  const after = offsetMs(local + probeMs, zone);
  const early = local - Math.max(before, after);
  const found = [early, local - Math.min(before, after)].find((at) => localOf(at, zone) === local);
  return found ?? firstWith(after, early, local - Math.min(before, after), zone);
}

/** The first instant in `(from, to]` that has this offset, which all later ones there have too. */
function firstWith(offset: number, from: number, to: number, zone: string): number {
  let [before, since] = [from, to];
  while (since - before > 1) {
    const middle = Math.floor((before + since) / 2);
    if (offsetMs(middle, zone) === offset) since = middle;
    else before = middle;
  }
  return since;
}

const offsetMs = (at: number, zone: string): number => IANAZone.create(zone).offset(at) * minuteMs;
export const localOf = (at: number, zone: string): number => at + offsetMs(at, zone);
const localDay = (at: number, zone: string): number => Math.floor(localOf(at, zone) / dayMs) * dayMs;

/** 1 January 1970 was a Thursday. */
const weekdayOf = (day: number): Weekday => weekdays[(((day / dayMs + 3) % 7) + 7) % 7] as Weekday;

/** Zones that have crossed the date line have left out a day. */
const isInCalendar = (day: number, zone: string): boolean => localDay(instantOf(day, zone), zone) === day;

function timeOfDay(text: string): number {
  const [hours, minutes] = text.split(':').map(Number) as [number, number];
  return (hours * 60 + minutes) * minuteMs;
}

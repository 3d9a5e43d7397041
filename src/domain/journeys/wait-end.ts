import type { JsonObject } from '../json';
import { firstAt, partsOf } from '../path';
import { isOfDays, nextLocalTime, nextOpening, readInstantIn, shifted, zoneOf, zoneTrait } from '../zone';
import type { CompiledJourney } from './compiled-journey';
import type { Enrollment } from './enrollment';
import type { DateOf, LocalTimeWait, WaitWindow } from './wait-fields.schema';

/** What decides how long a run rests. */
export interface Resting {
  readonly journey: Pick<CompiledJourney, 'definition'>;
  readonly run: Pick<Enrollment, 'arrivedAt' | 'waitsUntil' | 'test'>;
  readonly facts: { readonly root: JsonObject; readonly workspaceZone?: string };
  readonly now: number;
}

/** When a rest is over, as things stand. */
export interface RestEnd {
  /** Absent while the date that it depends on is missing. */
  readonly at: number | undefined;
  /** For people: what is waited for, with nothing about the person. */
  readonly what: string;
  /** Traits of the person that move it. */
  readonly traits: readonly string[];
  /** It may move without a trait or the run having changed. */
  readonly isUnannounced?: true;
  readonly isZoneInvalid: boolean;
}

interface ZoneHere {
  readonly zone: string;
  readonly traits: readonly string[];
  readonly isZoneInvalid: boolean;
}

/** A test waits nowhere for longer than it says. */
export function notBeyond<End extends { readonly at: number | undefined }>(
  end: End,
  from: number,
  { test }: Resting['run'],
): End {
  return test && end.at !== undefined ? { ...end, at: Math.min(end.at, from + test.waitsMs) } : end;
}

/** A day or a week is one of the calendar where the person lives; anything shorter passes everywhere alike. */
export function endOfDuration(duration: string, from: number, resting: Resting): RestEnd {
  const { zone, ...by } = zoneHere('profile', resting);
  const end = { what: duration, traits: [], isZoneInvalid: false };
  const over = { ...end, ...(isOfDays(duration) && by), at: shifted(from, duration, zone) };
  return notBeyond(over, from, resting.run);
}

/** Another zone counts from when it is known: until then the time of the zone before was right. */
export function endOfLocalTime({ time, days, zone: wanted }: LocalTimeWait, resting: Resting): RestEnd {
  const { run, now } = resting;
  const { zone, ...by } = zoneHere(wanted, resting);
  const { waitsUntil } = run;
  const isStill = waitsUntil !== undefined && nextLocalTime(waitsUntil - 1, { time, days }, zone) === waitsUntil;
  const from = waitsUntil === undefined ? run.arrivedAt : now;
  const at = isStill ? waitsUntil : nextLocalTime(from, { time, days }, zone);
  return notBeyond({ ...by, what: onDays(time, days), at }, run.arrivedAt, run);
}

export function endOfWindow({ from, to, days, zone: wanted }: WaitWindow, resting: Resting): RestEnd {
  const { zone, ...by } = zoneHere(wanted, resting);
  const end = { ...by, what: onDays(`${from} to ${to}`, days), at: nextOpening(resting.now, { from, to, days }, zone) };
  return notBeyond(end, resting.run.arrivedAt, resting.run);
}

/** What is read from here changes with the run, or with a trait that it waits for. */
const announced: ReadonlySet<string> = new Set(['traits', 'entry', 'steps']);

export function endOfDate({ at: path, offset }: DateOf, resting: Resting): RestEnd {
  const { zone, traits, isZoneInvalid } = zoneHere('profile', resting);
  const found = firstAt(resting.facts.root, path);
  const date = found === undefined ? undefined : readInstantIn(found, zone);
  const [root, name] = partsOf(path);
  const end: RestEnd = {
    what: `${path.slice(0, 60)}${offset === undefined ? '' : ` ${offset}`}`,
    traits: root === 'traits' ? [String(name), ...traits] : traits,
    ...(!announced.has(root) && { isUnannounced: true }),
    isZoneInvalid,
    at: date === undefined || offset === undefined ? date : shifted(date, offset, zone),
  };
  return notBeyond(end, resting.run.arrivedAt, resting.run);
}

function zoneHere(wanted: string | undefined, { journey, facts }: Resting): ZoneHere {
  if (wanted !== undefined && wanted !== 'profile') return { zone: wanted, traits: [], isZoneInvalid: false };
  const traits = (facts.root['traits'] ?? {}) as JsonObject;
  const { zone, isProfileInvalid } = zoneOf(traits, journey.definition.zone, facts.workspaceZone);
  return { zone, traits: [zoneTrait], isZoneInvalid: isProfileInvalid };
}

const onDays = (time: string, days: readonly string[] | undefined): string =>
  days === undefined ? time : `${time} on ${days.join(', ')}`;

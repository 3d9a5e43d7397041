import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parse } from 'csv-parse/sync';
import { takePart, type HistoryPart } from './history-part';
import { asOneHistory, type SampleEvent } from './shift';

export const examplesDir = resolve(__dirname, '../../../examples');
const dataDir = join(examplesDir, 'data');

/** The instant at which the facts of the set hold: midnight in New York after its last day. */
const completeJourneyAsOf = Date.parse('2018-01-01T05:00:00.000Z');
/** When the profiles were true: before the first event, so that they hold for the whole year. */
const profilesAt = '2016-11-01T00:00:00.000Z';

export interface SampleHistory {
  /** Of the people in the CSV, as identify calls. */
  readonly profiles: readonly SampleEvent[];
  readonly events: readonly SampleEvent[];
}

/**
 * Both sets, or a part of them, as one history whose last day ends at `endsAt`, oldest first. A sample has only the profiles
 * that its events name.
 */
export function readSampleHistory(endsAt: number, part: HistoryPart): SampleHistory {
  const clickstream = readEvents('clickstream');
  const sets = [
    { asOf: completeJourneyAsOf, events: readEvents('complete-journey') },
    { asOf: Date.parse(clickstream.at(-1)?.timestamp ?? ''), events: clickstream },
  ];
  const profiles = asOneHistory([{ asOf: completeJourneyAsOf, events: readProfiles() }], endsAt);
  const events = takePart(part, asOneHistory(sets, endsAt), endsAt);
  if (part.kind !== 'sample') return { profiles, events };
  const named = new Set(events.map(({ userId }) => userId));
  return { profiles: profiles.filter(({ userId }) => named.has(userId)), events };
}

export function readFacts(): ReadonlyMap<string, unknown> {
  const facts = JSON.parse(readFileSync(join(dataDir, 'complete-journey/facts.json'), 'utf8')) as {
    readonly id: string;
    readonly value: unknown;
  }[];
  return new Map(facts.map(({ id, value }) => [id, value]));
}

function readEvents(set: string): SampleEvent[] {
  const lines = readFileSync(join(dataDir, set, 'events.ndjson'), 'utf8')
    .trim()
    .split('\n');
  return lines.map((line) => JSON.parse(line) as SampleEvent);
}

function readProfiles(): SampleEvent[] {
  const csv = readFileSync(join(dataDir, 'complete-journey/profiles.csv'), 'utf8');
  return parse<Record<string, string>>(csv, { columns: true }).map(toIdentify);
}

/** The customer number is the user id; an empty field is no trait; classes such as `5+` stay text, so all of a column does. */
export function toIdentify({ customer_id: userId = '', has_events: hasEvents, ...columns }: Record<string, string>) {
  const traits = Object.fromEntries(Object.entries(columns).filter(([, value]) => value !== ''));
  return {
    type: 'identify',
    messageId: `cj-profile-${userId}`,
    timestamp: profilesAt,
    userId,
    traits: { ...traits, has_events: hasEvents === 'true' },
  };
}

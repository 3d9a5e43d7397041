import type { Event } from '../events/event';
import { isOwn } from '../events/own';
import { isJsonObject, omit, own, type Json, type JsonObject } from '../json';
import { isPersonalText } from '../personal';
import { isZone } from '../zone';
import type { Enrollment } from './enrollment';
import { triggerText } from './explain-run';
import type { JourneyDefinition, Step } from './journey.schema';

/** One visit of a step: when, how it was left and by what. */
export interface RecordedStep {
  readonly step: string;
  readonly type?: string;
  readonly visit: number;
  readonly at: string;
  readonly outcome?: string;
  /** Why what it sent has not arrived. */
  readonly why?: string;
  /** What decided: time, an event, a delivery, a rule, … */
  readonly cause?: string;
}

export interface RecordedSend {
  readonly step: string;
  readonly destination: string;
  readonly status: string;
  readonly at: string;
}

/** A run as it can be lived again: what was defined, what happened, and what the run did then. JSON; instants are RFC 3339. */
export interface RunRecord {
  readonly enrollment: string;
  readonly journey: string;
  readonly version: number;
  /** What draws go by. */
  readonly profileId: string;
  readonly definition: JourneyDefinition;
  /** What the journey names, as it is now. */
  readonly audiences: readonly JsonObject[];
  readonly sending: JsonObject;
  readonly channels: Readonly<Record<string, string>>;
  /** Destinations that refused what the run sent. */
  readonly failing: readonly string[];
  readonly from: string;
  readonly to: string;
  /** As `POST /v1/batch` takes them, of one made-up person. */
  readonly events: readonly JsonObject[];
  readonly steps: readonly RecordedStep[];
  readonly sends: readonly RecordedSend[];
  readonly end: { readonly status: string; readonly step: string; readonly reason?: string };
  /** Texts that the definition does not name are hashes, the same for the same text within the record. */
  readonly isScrubbed: boolean;
  /** What a replay cannot know. */
  readonly notes: readonly string[];
}

export const iso = (at: number): string => new Date(at).toISOString();

/** Each visit with what decided how it was left. */
export function recordedSteps(run: Enrollment, definition: JourneyDefinition): RecordedStep[] {
  return run.path.map(({ step, visit, at, outcome, why }, index) => {
    const found = own(definition.steps, step);
    const isLast = index === run.path.length - 1;
    const cause = outcome === undefined ? undefined : causeOf(found, { run, definition, step, outcome, isLast });
    return {
      ...{ step, visit, at: iso(at) },
      ...(found && { type: found.type }),
      ...(outcome !== undefined && { outcome }),
      ...(why !== undefined && { why }),
      ...(cause !== undefined && { cause }),
    };
  });
}

interface Left {
  readonly run: Enrollment;
  readonly definition: JourneyDefinition;
  readonly step: string;
  readonly outcome: string;
  readonly isLast: boolean;
}

const elsewhere: Readonly<Record<string, string>> = {
  resumed: 'an update took it to another step',
  migrated: 'the run was taken to another version',
};

const byType: Readonly<Record<string, string>> = {
  wait: 'time',
  send: 'what became of the delivery',
  branch: 'its rules',
  split: 'the variant of the person',
  exit: 'the definition',
};

function causeOf(step: Step | undefined, left: Left): string | undefined {
  const { run, definition, outcome, isLast } = left;
  const rule = isLast && run.exitRule !== undefined ? definition.exits?.[run.exitRule] : undefined;
  if (rule) return `exit rule ${(run.exitRule ?? 0) + 1}: ${triggerText(rule.on)}`;
  return own(elsewhere, outcome) ?? (step && causeAt(step, left));
}

function causeAt(step: Step, { run, step: id, outcome }: Left): string {
  if (step.type !== 'wait-for') return byType[step.type] ?? 'what it recorded was applied';
  const caught = own(run.steps, id);
  return outcome === 'timeout' || !caught ? 'time' : `${outcome} at ${iso(caught.event.at)}`;
}

/** Every word of paths and every text that definitions hold: what they read, and what they compare with. */
export function wordsOf(...definitions: readonly unknown[]): {
  readonly names: Set<string>;
  readonly texts: Set<string>;
} {
  const [names, texts] = [new Set<string>(), new Set<string>()];
  const visit = (value: unknown): void => {
    if (typeof value === 'string') {
      texts.add(value);
      for (const word of value.split(/[.[\]]+/)) names.add(word);
      return;
    }
    if (typeof value !== 'object' || value === null) return;
    for (const [key, inner] of Object.entries(value)) {
      visit(key);
      visit(inner);
    }
  };
  definitions.forEach(visit);
  return { names, texts };
}

/** What is said of the person in a record: who they are is left out, and of the rest what the definitions read. */
export interface Scrubbing {
  readonly names: ReadonlySet<string>;
  readonly texts: ReadonlySet<string>;
  /** Absent where values may be seen. */
  readonly hash: ((text: string) => string) | undefined;
}

const instant = /^\d{4}-\d{2}-\d{2}(T[\d:.]+(Z|[+-]\d{2}:\d{2})?)?$/;
const zone = /^[A-Z][A-Za-z]+(\/[A-Z][A-Za-z_-]+)+$/;

/** Numbers, truth, dates, zones and texts that the definitions name stay; every other text becomes its hash. */
export function scrub(object: JsonObject, { names, texts, hash }: Scrubbing): JsonObject {
  const value = (of: Json): Json => {
    if (typeof of === 'string') return !hash || isNamed(of) ? of : hash(of);
    if (Array.isArray(of)) return (of as readonly Json[]).map(value);
    return isJsonObject(of) ? members(of) : of;
  };
  const isNamed = (text: string): boolean =>
    !isPersonalText(text) && (texts.has(text) || instant.test(text) || (zone.test(text) && isZone(text)));
  const members = (of: JsonObject): JsonObject =>
    Object.fromEntries(Object.entries(of).flatMap(([name, inner]) => (names.has(name) ? [[name, value(inner)]] : [])));
  return members(object);
}

type Happened = Pick<Event, 'kind' | 'name' | 'receivedAt' | 'properties' | 'traits' | 'source'>;

const sayable: readonly string[] = ['track', 'identify', 'page', 'screen'];

/** The events that mattered, as they would be sent again; nothing of what the run, or Heddle, said itself. */
export function recordedEvents(events: readonly Happened[], journey: string, scrubbing: Scrubbing): JsonObject[] {
  const { hash, texts } = scrubbing;
  const isAny = texts.has('*');
  const nameOf = (name: string): string => (hash && !texts.has(name) && isPersonalText(name) ? hash(name) : name);
  return events
    .filter(({ name, source }) => !isOwn(name) && source !== `journey:${journey}`)
    .filter(({ kind }) => sayable.includes(kind))
    .map((event) => ({ ...event, traits: scrub(event.traits, scrubbing) }))
    .filter(({ name, traits }) => isAny || texts.has(name) || Object.keys(traits).length > 0)
    .map(({ kind, name, receivedAt, properties, traits }) => ({
      ...{ type: kind, userId: 'person', timestamp: iso(receivedAt) },
      ...(kind === 'track' && { event: nameOf(name) }),
      ...(kind === 'identify' ? { traits } : { properties: scrub(properties, scrubbing) }),
    }));
}

/** What was known of the person that no event of the record has said. */
export function initialTraits(
  known: JsonObject,
  events: readonly JsonObject[],
  at: number,
  scrubbing: Scrubbing,
): JsonObject[] {
  const said = new Set(events.flatMap(({ traits }) => (isJsonObject(traits) ? Object.keys(traits) : [])));
  const traits = scrub(Object.fromEntries(Object.entries(known).filter(([name]) => !said.has(name))), scrubbing);
  if (Object.keys(traits).length === 0) return [];
  return [{ type: 'identify', userId: 'person', timestamp: iso(at), traits }];
}

/** Of a definition as a replay needs it: what only people read, and may name somebody, is left out. */
export const replayable = (definition: JourneyDefinition): JourneyDefinition =>
  omit(definition, 'description', 'labels');

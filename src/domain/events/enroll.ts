import { isJsonObject, type Json, type JsonObject } from '../json';
import type { Event, Identifier, RuleEvent } from './event';
import { ownMark } from './own';

/** That somebody is to begin a journey, since somebody or something asked for it. The fold decides whether they do. */
export const enrollName = `${ownMark}enroll`;

const enrollers = ['api', 'step', 'enrol-existing', 'schedule', 'test'] as const;
/** What asked: the API, a step of another journey, an operation that enrols who is there, a schedule, or a test by a made-up person. */
export type Enroller = (typeof enrollers)[number];

export interface EnrollAsk {
  readonly journey: string;
  readonly by: Enroller;
  /** The run's `entry.properties`. */
  readonly properties: JsonObject;
  /** Of a step that waits for the end: its run. */
  readonly parent?: string;
  readonly test?: TestAsk;
}

/** Of a test: the version that its made-up person walks, or the draft as JSON text, and how long they wait anywhere at most. */
export interface TestAsk {
  readonly version: number;
  readonly draftJson?: string;
  readonly waitsMs: number;
}

export const enrollMessageId = (id: string): string => `${enrollName}:${id}`;

/** The event of an ask: one for each `id`, whoever makes it how often. */
export function enrollEvent(
  { id, source, ...ask }: Omit<EnrollAsk, 'test'> & { readonly id: string; readonly source: string },
  identifier: Identifier,
  at: number,
): Event {
  return {
    messageId: enrollMessageId(id),
    kind: 'track',
    name: enrollName,
    occurredAt: at,
    receivedAt: at,
    identifiers: [identifier],
    properties: { ...ask },
    traits: {},
    context: {},
    source,
    isTrusted: true,
    isAboutProfile: true,
  };
}

/** The event by which a made-up person comes to be, with what is said of them, and begins a journey. */
export function testEvent(
  {
    traits,
    identifiers,
    ...ask
  }: Parameters<typeof enrollEvent>[0] & { readonly test: TestAsk } & Pick<Event, 'identifiers' | 'traits'>,
  at: number,
): Event {
  const { test, ...enroll } = ask;
  const event = enrollEvent(enroll, { type: 'user_id', value: ask.id }, at);
  // An identify, since its traits are facts of the person.
  return { ...event, kind: 'identify', identifiers, traits, properties: { ...event.properties, test: { ...test } } };
}

/** What an event asks for; nothing where it is another one. */
export function readEnroll({ name, properties }: Pick<RuleEvent, 'name' | 'properties'>): EnrollAsk | undefined {
  if (name !== enrollName) return undefined;
  const { journey, by, parent, properties: given, test: asked } = properties;
  const enroller = enrollers.find((one) => one === by);
  if (typeof journey !== 'string' || !enroller || !isJsonObject(given)) return undefined;
  const test = enroller === 'test' ? readTest(asked) : undefined;
  return {
    ...{ journey, by: enroller, properties: given },
    ...(typeof parent === 'string' && { parent }),
    ...(test && { test }),
  };
}

function readTest(asked: Json | undefined): TestAsk | undefined {
  if (!isJsonObject(asked)) return undefined;
  const { version, waitsMs, draftJson } = asked;
  if (typeof version !== 'number' || typeof waitsMs !== 'number') return undefined;
  return { version, waitsMs, ...(typeof draftJson === 'string' && { draftJson }) };
}

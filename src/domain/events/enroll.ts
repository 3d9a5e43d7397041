import { isJsonObject, type JsonObject } from '../json';
import type { Event, Identifier, RuleEvent } from './event';
import { ownMark } from './own';

/** That somebody is to begin a journey, since somebody or something asked for it. The fold decides whether they do. */
export const enrollName = `${ownMark}enroll`;

const enrollers = ['api', 'step', 'enrol-existing', 'schedule'] as const;
/** What asked: the API, a step of another journey, an operation that enrols who is there, or a schedule. */
export type Enroller = (typeof enrollers)[number];

export interface EnrollAsk {
  readonly journey: string;
  readonly by: Enroller;
  /** The run's `entry.properties`. */
  readonly properties: JsonObject;
  /** Of a step that waits for the end: its run. */
  readonly parent?: string;
}

export const enrollMessageId = (id: string): string => `${enrollName}:${id}`;

/** The event of an ask: one for each `id`, whoever makes it how often. */
export function enrollEvent(
  { id, source, ...ask }: EnrollAsk & { readonly id: string; readonly source: string },
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

/** What an event asks for; nothing where it is another one. */
export function readEnroll({ name, properties }: Pick<RuleEvent, 'name' | 'properties'>): EnrollAsk | undefined {
  if (name !== enrollName) return undefined;
  const { journey, by, parent, properties: given } = properties;
  const enroller = enrollers.find((one) => one === by);
  if (typeof journey !== 'string' || !enroller || !isJsonObject(given)) return undefined;
  return { journey, by: enroller, properties: given, ...(typeof parent === 'string' && { parent }) };
}

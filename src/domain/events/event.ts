import type { ProfileId } from '../ids';
import type { JsonObject } from '../json';

export const eventKinds = ['track', 'identify', 'page', 'screen', 'group', 'alias'] as const;
export type EventKind = (typeof eventKinds)[number];
export const isKindName = (name: string): name is EventKind => eventKinds.some((kind) => kind === name);

/** `{ type, value }` after normalisation; `value` compares exactly. */
export interface Identifier {
  readonly type: string;
  readonly value: string;
}

/** What is said of a list of people that is kept by hand, as of an instant. */
export interface ListingCall {
  readonly list: string;
  readonly isOn: boolean;
  readonly at: number;
}

/** One accepted event. All instants are epoch milliseconds. */
export interface Event {
  readonly messageId: string;
  readonly kind: EventKind;
  /** What rules and triggers match: the event name of a `track`, the kind itself (`page`, `identify`, …) of the others. */
  readonly name: string;
  /** When it happened, corrected for the sender's clock and clamped to `receivedAt` beyond 5 minutes of skew. */
  readonly occurredAt: number;
  readonly receivedAt: number;
  /** As sent: the device's time and the time of sending, kept for audit; absent when the sender gave none or nonsense. */
  readonly sentOccurredAt?: number;
  readonly sentAt?: number;
  readonly identifiers: readonly Identifier[];
  readonly properties: JsonObject;
  readonly traits: JsonObject;
  /** When traits of an `identify` cease to be so, by name, in epoch milliseconds. Those it does not name stay until another value comes. */
  readonly traitExpiry?: Readonly<Record<string, number>>;
  /** Of journeys alone: what is added to traits that are numbers. Each event adds, in whatever order they come. */
  readonly increments?: Readonly<Record<string, number>>;
  /** Of an event that a journey emitted: the journeys that led to it, that one last. */
  readonly emittedBy?: readonly string[];
  readonly context: JsonObject;
  /** What the sender allows per destination, as Segment's clients write it; absent when it says nothing. */
  readonly integrations?: JsonObject;
  readonly source: string;
  /** From a secret key. A public key (browser, app) may attach anonymous to known, never merge two known profiles. */
  readonly isTrusted: boolean;
  /** Somebody who may says that all whom it names are one person. Only the API makes such events; nothing that is sent becomes one. */
  readonly isMerge?: boolean;
  /** Somebody who may says that what it names is nobody's. Only the API makes such events. */
  readonly isQuarantine?: boolean;
  /** Somebody who may says that this profile, absorbed by the one that the event names, is another person. Of the API alone, too. */
  readonly unmerges?: ProfileId;
  /** Of Heddle itself, about a profile, and named by what that is known by: it says nothing of whose that is. */
  readonly isAboutProfile?: boolean;
  /** Somebody who may puts the person on the list of a manual audience, or takes them off it. Of the API, imports and operations alone. */
  readonly listing?: ListingCall;
}

/** The instant rules see: never in the future of its receipt, so a counted event cannot become uncounted by waiting. */
export function effectiveAt(event: Pick<Event, 'occurredAt' | 'receivedAt'>): number {
  return Math.min(event.occurredAt, event.receivedAt);
}

/** What rules, triggers and goals need of an event. */
export interface RuleEvent {
  readonly name: string;
  /** `effectiveAt`, epoch milliseconds. */
  readonly at: number;
  readonly properties: JsonObject;
}

export function toRuleEvent(event: Pick<Event, 'name' | 'occurredAt' | 'receivedAt' | 'properties'>): RuleEvent {
  return { name: event.name, at: effectiveAt(event), properties: event.properties };
}

import type { JsonObject } from '../domain/json';

/** What ingestion takes and answers, and what is known of an event afterwards. */
interface EventFields {
  /** Made by the client when absent. The same id twice counts once. */
  readonly messageId?: string;
  readonly userId?: string;
  readonly anonymousId?: string;
  /** When it happened; without it, when the server received it. */
  readonly timestamp?: string | number;
  readonly context?: JsonObject;
}
export interface TrackEvent extends EventFields {
  readonly event: string;
  readonly properties?: JsonObject;
}
export interface IdentifyEvent extends EventFields {
  readonly traits?: JsonObject;
}
export interface PageEvent extends EventFields {
  readonly name?: string;
  readonly category?: string;
  readonly properties?: JsonObject;
}
export interface GroupEvent extends EventFields {
  readonly groupId: string;
  readonly traits?: JsonObject;
}
export interface AliasEvent extends EventFields {
  readonly previousId: string;
}
export interface EventsByType {
  readonly track: TrackEvent;
  readonly identify: IdentifyEvent;
  readonly page: PageEvent;
  readonly screen: PageEvent;
  readonly group: GroupEvent;
  readonly alias: AliasEvent;
}
export type EventType = keyof EventsByType;
export type EventInput = { [Type in EventType]: EventsByType[Type] & { readonly type: Type } }[EventType];

export interface RejectedEvent {
  readonly index: number;
  readonly messageId?: string;
  readonly code: string;
  readonly path?: string;
  readonly message: string;
}
export interface EventsAnswer {
  readonly success: boolean;
  readonly accepted: number;
  readonly duplicates: number;
  readonly rejected: readonly RejectedEvent[];
  /** Kept out by a tracking plan until they are replayed; absent where there are none. */
  readonly quarantined?: readonly RejectedEvent[];
}
export interface StoredEvent {
  readonly messageId: string;
  readonly type: string;
  readonly name: string;
  readonly occurredAt: string;
  readonly receivedAt: string;
  readonly source: string;
  readonly identifiers: readonly { readonly type: string; readonly value: string }[];
  readonly properties: JsonObject;
  readonly traits: JsonObject;
  /** When traits cease to be so, by name. */
  readonly traitExpiry?: Readonly<Record<string, string>>;
  /** What a journey has added to traits. */
  readonly increments?: JsonObject;
  readonly context: JsonObject;
  /** How it is not as its source's tracking plan says. */
  readonly violations?: readonly { readonly code: string; readonly path: string; readonly message: string }[];
}

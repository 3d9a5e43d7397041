import type { Json, JsonObject } from '../domain/json';

/** What ingestion takes in other vocabularies than events. */
interface ItemFields {
  /** Made by the client when absent. The same id twice counts once. */
  readonly messageId?: string;
  /** As of when; without it, when the server received it. */
  readonly timestamp?: string | number;
  readonly context?: JsonObject;
}
/** Values by type: `{ "user_id": "u1", "email": "a@b.example" }`. */
type Identifiers = Readonly<Record<string, string>>;

export interface Engagement extends ItemFields {
  readonly identifiers: Identifiers;
  readonly type: string;
  readonly properties?: JsonObject;
}
/** A fact ends: after `ttl`, a duration such as "30d" or whole seconds from its own time, or at `expiresAt`. */
export type Fact = ItemFields & {
  readonly identifiers: Identifiers;
  readonly name: string;
  readonly value: Json;
} & ({ readonly ttl: string | number } | { readonly expiresAt: string | number });

interface IdentifierInput {
  readonly type: string;
  readonly value: string;
}
export interface IdentityMapping extends ItemFields {
  readonly from: IdentifierInput;
  readonly to: IdentifierInput;
  /** False keeps two known profiles apart. */
  readonly merge: boolean;
}

/** As the CloudEvents specification has it; extensions are further members. */
export interface CloudEvent {
  readonly specversion: '1.0';
  readonly id: string;
  readonly source: string;
  readonly type: string;
  readonly time?: string;
  /** Whom it is about: `email:a@b.example`, or a `user_id` as it stands. */
  readonly subject?: string;
  readonly data?: Json;
  readonly [extension: string]: Json | undefined;
}

/** As the GA4 Measurement Protocol has it. */
export interface Measurement {
  readonly client_id?: string;
  readonly user_id?: string;
  readonly timestamp_micros?: string | number;
  readonly user_properties?: Readonly<Record<string, { readonly value: Json }>>;
  readonly consent?: Readonly<Record<string, 'GRANTED' | 'DENIED'>>;
  readonly events: readonly { readonly name: string; readonly params?: JsonObject }[];
}

import type { JsonObject } from '../domain/json';
import type { ConsentStatus } from '../domain/profiles/profile';

export interface KnownIdentifier {
  readonly type: string;
  readonly value: string;
  readonly firstSeenAt: string;
}
export interface ProfileAudience {
  readonly key: string;
  readonly enteredAt: string;
  readonly exitedAt?: string;
}
export interface Profile {
  readonly id: string;
  readonly createdAt: string;
  /** Values are masked for a key without the scope `profiles:pii`, as are those of traits. */
  readonly identifiers: readonly KnownIdentifier[];
  readonly traits: JsonObject;
  readonly consent: Readonly<Record<string, { readonly status: ConsentStatus; readonly at: string }>>;
  readonly audiences: readonly ProfileAudience[];
  readonly mergedFrom: readonly string[];
  /** Since when the person is kept and not processed. */
  readonly restrictedAt?: string;
}
/** One profile became part of another, on an event that named both. */
export interface Merge {
  readonly survivor: string;
  readonly absorbed: string;
  readonly at: string;
  readonly messageId: string;
  readonly identifierTypes: readonly string[];
}

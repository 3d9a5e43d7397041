import type { JsonObject } from '../domain/json';

/** The result of an erasure: what was removed where, in a form that can be proved. */
export interface SignedReceipt {
  readonly receipt: JsonObject;
  readonly signature: string;
}

/** Days that a workspace keeps what; what is not named is kept for good. */
export interface RetentionPolicy {
  readonly events?: number;
  readonly deadLetters?: number;
  readonly deliveries?: number;
  readonly operations?: number;
  /** Since they were last active, of profiles that nobody can name. */
  readonly anonymousProfiles?: number;
  /** Since they were last active, of people made up for tests; 7 unless set. */
  readonly testPeople?: number;
}
export interface Retention extends RetentionPolicy {
  /** Audiences that look back further than events are kept. */
  readonly audiencesBeyond: readonly string[];
}

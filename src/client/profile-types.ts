import type { JsonObject } from '../domain/json';
import type { ConsentStatus } from '../domain/profiles/profile';
import type { Suppression } from './consent-types';

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
  /** When traits cease to be so, by name; absent when none does. */
  readonly traitExpiry?: Readonly<Record<string, string>>;
  readonly consent: Readonly<Record<string, { readonly status: ConsentStatus; readonly at: string }>>;
  /** What held of them on the suppression lists when the profile was last written; absent when nothing did. */
  readonly suppressed?: readonly Omit<Suppression, 'id' | 'hint' | 'source'>[];
  readonly audiences: readonly ProfileAudience[];
  /** Households and accounts that the person is in; absent when there are none. */
  readonly groups?: readonly {
    readonly type: 'household' | 'account';
    readonly key: string;
    readonly role?: string;
    readonly since: string;
    readonly by: 'call' | 'rule';
  }[];
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

export interface MergeOutcome {
  readonly survivor: string;
  /** Absent when the two are one already. */
  readonly absorbed?: string;
  /** False for a dry run, and while the intake has yet to come to it. */
  readonly isDone: boolean;
}

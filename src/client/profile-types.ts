import type { Json, JsonObject } from '../domain/json';
import type { ConsentStatus } from '../domain/profiles/profile';
import type { Suppression } from './consent-types';

export interface KnownIdentifier {
  readonly type: string;
  readonly value: string;
  readonly firstSeenAt: string;
  /** Since when a trusted source says so; absent while only public keys have. */
  readonly verifiedAt?: string;
}
export interface ProfileAudience {
  readonly key: string;
  readonly enteredAt: string;
  readonly exitedAt?: string;
  /** A member now whom a holdout keeps from destinations. */
  readonly heldOut?: true;
}
export interface Profile {
  readonly id: string;
  readonly createdAt: string;
  /** Values are masked for a key without the scope `profiles:pii`, as are those of traits. */
  readonly identifiers: readonly KnownIdentifier[];
  readonly traits: JsonObject;
  /** What is computed of them, by key; of one profile only, and absent where nothing is. */
  readonly computed?: JsonObject;
  /** When traits cease to be so, by name; absent when none does. */
  readonly traitExpiry?: Readonly<Record<string, string>>;
  readonly consent: Readonly<Record<string, { readonly status: ConsentStatus; readonly at: string }>>;
  /** What held of them on the suppression lists when the profile was last written; absent when nothing did. */
  readonly suppressed?: readonly Omit<Suppression, 'id' | 'hint' | 'source'>[];
  readonly audiences: readonly ProfileAudience[];
  /** Which variants they get; absent when there are none. */
  readonly experiments?: readonly {
    readonly key: string;
    readonly variant: string;
    readonly since: string;
    readonly convertedAt?: string;
    /** Was two people with different variants, and is in no comparison. */
    readonly isContaminated?: true;
  }[];
  /** Households and accounts that the person is in; absent when there are none. */
  readonly groups?: readonly {
    readonly type: 'household' | 'account';
    readonly key: string;
    readonly role?: string;
    readonly since: string;
    readonly by: 'call' | 'rule';
  }[];
  readonly mergedFrom: readonly string[];
  /** Profiles that somebody said are another person. */
  readonly apartFrom?: readonly string[];
  /** Since when the person is kept and not processed. */
  readonly restrictedAt?: string;
  /** Made up, to try a journey. */
  readonly test?: true;
  /** A device that several people use, and nobody's. */
  readonly isShared?: true;
}
/** One profile became part of another, on an event that named both. */
export interface Merge {
  readonly survivor: string;
  readonly absorbed: string;
  readonly at: string;
  readonly messageId: string;
  readonly source: string;
  readonly identifierTypes: readonly string[];
  readonly reason: 'identifiers' | 'asked';
  /** Of a merge that was taken back. */
  readonly undone?: { readonly at: string; readonly messageId: string; readonly source: string };
}

export interface MergeOutcome {
  readonly survivor: string;
  /** Absent when the two are one already. */
  readonly absorbed?: string;
  /** False for a dry run, and while the intake has yet to come to it. */
  readonly isDone: boolean;
  /** Of a dry run. */
  readonly changes?: MergeChanges;
}

/** What a merge, or taking one back, would change. */
export interface MergeChanges {
  readonly profiles: readonly {
    readonly id: string;
    readonly identifiers: readonly KnownIdentifier[];
    readonly enters: readonly string[];
    readonly leaves: readonly string[];
  }[];
  /** Runs that would go on as those of another profile; with a reason those that would end. */
  readonly enrollments: readonly {
    readonly id: string;
    readonly journey: string;
    readonly profile: string;
    readonly reason?: string;
  }[];
  /** Events since the merge that would go along. */
  readonly events: number;
}

/** A trait with who said so. */
export interface TraitRow {
  readonly name: string;
  readonly value: Json;
  /** When it was last said to be so, and since when it has been. */
  readonly at: string;
  readonly since: string;
  readonly source: string;
  readonly expiresAt?: string;
}

/** Why a profile is one person. */
export interface IdentityGraph {
  /** The living one first, then those that it absorbed. */
  readonly profiles: readonly string[];
  readonly edges: readonly IdentityEdge[];
  /** How full the profile is, of what any may have. */
  readonly room: Readonly<
    Record<'identifiers' | 'merges' | 'traits', { readonly used: number; readonly most: number }>
  >;
}

/** `messageId` is the event that said so, `source` who sent it; absent of what was taken away while this was read. */
export type IdentityEdge =
  | {
      readonly kind: 'identifier';
      readonly identifier: KnownIdentifier;
      readonly profile: string;
      readonly messageId?: string;
      readonly source?: string;
    }
  | {
      readonly kind: 'merge';
      readonly absorbed: string;
      readonly survivor: string;
      readonly at: string;
      readonly reason: 'identifiers' | 'asked';
      readonly identifierTypes: readonly string[];
      readonly messageId?: string;
      readonly source?: string;
      readonly undoneAt?: string;
    }
  | { readonly kind: 'apart'; readonly profile: string; readonly other: string };

import type { PageQuery } from './pages';

/** `user_id`, `email`, `phone`, `app_user_id`, `device_id`, `anonymous_id`, or a type that the policy makes. */
export type IdentifierTypeName = string;

/** How identifiers of a type are compared. One that is not built in says whether it names a person. */
export interface IdentifierTypePolicy {
  readonly isKnown?: boolean;
  /** Whether one person has one value. */
  readonly isUnique?: boolean;
  readonly form?: 'text' | 'email' | 'phone' | 'digits' | 'uuid';
  readonly ignoreCase?: boolean;
}

/** How a workspace tells people apart; what is left out is as usual. */
export interface IdentityPolicy {
  /** How built-in types are compared, and the types of the workspace's own. */
  readonly types?: Readonly<Record<IdentifierTypeName, IdentifierTypePolicy>>;
  /** Strongest first; types left out follow in the usual order. */
  readonly priority?: readonly IdentifierTypeName[];
  /** Types of which one person has one value, beside `user_id`. */
  readonly unique?: readonly IdentifierTypeName[];
  /** How many of a type one profile gains in a window. */
  readonly limits?: Readonly<
    Record<IdentifierTypeName, { readonly most: number; readonly per?: 'ever' | 'year' | 'month' | 'week' }>
  >;
  /** Whose a browser or device is that comes with a second person: nobody's from then on (as is usual), or whose it was first. */
  readonly sharedDevices?: 'apart' | 'owner';
  /** How many people an identifier may come with before it names nobody, its owner aside (10, unless said otherwise); `false` for any number. */
  readonly quarantine?: false | { readonly most: number };
  /** Identifiers that name nobody: a value whatever its case, or a pattern in which `*` stands for any text. */
  readonly blocked?: readonly { readonly type?: IdentifierTypeName; readonly value: string }[];
  /** Which statements traits keep, by name; the newest, where nothing is said. */
  readonly traits?: Readonly<Record<string, TraitRule>>;
}

/** `union` and `sum` are for the merge of two profiles; `sources` lists keys of sources, the one to trust most first. */
export type TraitRule = 'newest' | 'first' | 'union' | 'sum' | { readonly sources: readonly string[] };

export type BlockReason = 'unique' | 'limit' | 'untrusted' | 'full' | 'apart' | 'shared' | 'quarantined' | 'unverified';

/** An applied event of which a protection dropped identifiers. */
export interface IdentityViolation {
  readonly messageId: string;
  /** When it was received. */
  readonly at: string;
  readonly source: string;
  readonly profile: string;
  /** `from`: the profile that lost it, where the reason is `unverified`. */
  readonly dropped: readonly { readonly type: string; readonly reason: BlockReason; readonly from?: string }[];
}

export interface IdentityViolationQuery extends PageQuery {
  readonly type?: IdentifierTypeName;
  readonly reason?: BlockReason;
}

export interface Spread {
  readonly average: number;
  readonly p50: number;
  readonly p95: number;
  readonly most: number;
}

/** Figures of how people are told apart. Counts end at 100,000. */
export interface IdentityInsights {
  readonly days: number;
  readonly violations: Readonly<Record<BlockReason, number>>;
  readonly merges: { readonly byIdentifiers: number; readonly asked: number; readonly undone: number };
  /** Identifiers that are in quarantine now, and those of them that were put there in the last days. */
  readonly quarantine: { readonly identifiers: number; readonly recent: number };
  readonly sample: {
    readonly profiles: number;
    readonly known: number;
    /** Those that have absorbed others. */
    readonly merged: number;
    /** The share of the profiles that have absorbed others: 0 to 1. */
    readonly mergeRate: number;
    /** How many profiles one has absorbed. */
    readonly absorbed: Spread;
    /** How many identifiers one has. */
    readonly identifiers: Spread;
    readonly byType: Readonly<Record<string, Spread>>;
  };
}

/** An identifier that names nobody, until it is released. */
export interface QuarantinedIdentifier {
  readonly id: string;
  readonly type: string;
  /** Masked for a key without the scope `profiles:pii`. */
  readonly value: string;
  readonly since: string;
  /** It came with too many people, or somebody asked for it. */
  readonly reason: 'people' | 'asked';
  /** From how many people's events it was dropped before. */
  readonly people: number;
  /** Of the event that did it. */
  readonly source: string;
}

export interface Quarantining {
  /** False while the intake has yet to come to it. */
  readonly isDone: boolean;
}

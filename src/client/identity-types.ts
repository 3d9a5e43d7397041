import type { PageQuery } from './pages';

export type IdentifierTypeName = 'user_id' | 'email' | 'phone' | 'app_user_id' | 'device_id' | 'anonymous_id';

/** How a workspace tells people apart; what is left out is as usual. */
export interface IdentityPolicy {
  /** Strongest first; types left out follow in the usual order. */
  readonly priority?: readonly IdentifierTypeName[];
  /** Types of which one person has one value, beside `user_id`. */
  readonly unique?: readonly IdentifierTypeName[];
  /** How many of a type one profile gains in a window. */
  readonly limits?: Readonly<
    Partial<Record<IdentifierTypeName, { readonly most: number; readonly per?: 'ever' | 'year' | 'month' | 'week' }>>
  >;
  /** Whose a browser or device is that comes with a second person: nobody's from then on (as is usual), or whose it was first. */
  readonly sharedDevices?: 'apart' | 'owner';
  /** How many people an identifier may come with before it names nobody, its owner aside (10, unless said otherwise); `false` for any number. */
  readonly quarantine?: false | { readonly most: number };
  /** Identifiers that name nobody: a value whatever its case, or a pattern in which `*` stands for any text. */
  readonly blocked?: readonly { readonly type?: IdentifierTypeName; readonly value: string }[];
}

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

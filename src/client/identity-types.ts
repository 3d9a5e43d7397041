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
  /** Identifiers that name nobody: a value whatever its case, or a pattern in which `*` stands for any text. */
  readonly blocked?: readonly { readonly type?: IdentifierTypeName; readonly value: string }[];
}

export type BlockReason = 'unique' | 'limit' | 'untrusted' | 'full' | 'shared';

/** An applied event of which a protection dropped identifiers. */
export interface IdentityViolation {
  readonly messageId: string;
  /** When it was received. */
  readonly at: string;
  readonly source: string;
  readonly profile: string;
  readonly dropped: readonly { readonly type: string; readonly reason: BlockReason }[];
}

export interface IdentityViolationQuery extends PageQuery {
  readonly type?: IdentifierTypeName;
  readonly reason?: BlockReason;
}

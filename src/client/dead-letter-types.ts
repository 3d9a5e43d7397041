import type { PageQuery } from './pages';

export type DeadLetterStage = 'rejected' | 'quarantined' | 'unapplied';
/** Of an `erased` one, which was of somebody erased, only when and why is left. */
export type DeadLetterState = 'open' | 'replayed' | 'discarded' | 'erased';

/** An event that was refused, that a tracking plan keeps out, or that was taken and could not be applied. */
export interface DeadLetter {
  readonly id: string;
  readonly stage: DeadLetterStage;
  readonly state: DeadLetterState;
  readonly at: string;
  readonly code: string;
  readonly path?: string;
  readonly message?: string;
  readonly messageId?: string;
  readonly kind?: string;
  readonly event?: string;
  readonly source?: string;
  /** Why it cannot be replayed; absent when it can, or was settled. */
  readonly notReplayable?: 'too_large' | 'too_deep' | 'not_translated' | 'not_kept';
  readonly replayedAt?: string;
  /** When it was last replayed in vain, and why. */
  readonly refusedAgain?: { readonly at: string; readonly code: string };
  readonly discarded?: { readonly at: string; readonly by: string; readonly reason: string };
  /** The event as it came; only for a key with the scope `profiles:pii`. */
  readonly payload?: string;
}
export interface DeadLetterFilter {
  readonly stage?: DeadLetterStage;
  readonly code?: string;
  readonly source?: string;
  readonly kind?: string;
  readonly event?: string;
  readonly messageId?: string;
  readonly from?: string;
  readonly to?: string;
}
export interface DeadLetterQuery extends DeadLetterFilter, PageQuery {
  readonly state?: DeadLetterState;
}
/** Letters by their ids, or all open ones that fit. */
export type DeadLettersChosen = { readonly ids: readonly string[] } | { readonly filter: DeadLetterFilter };
export interface DeadLetterCount {
  readonly stage: DeadLetterStage;
  readonly code: string;
  readonly source?: string;
  readonly count: number;
  readonly lastAt: string;
}

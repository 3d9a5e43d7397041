import type { AttemptOutcome } from './item-result';

/** What came of asking a destination whether it can be used as it is set up. Holds no secret. */
export interface ConnectionTest {
  readonly outcome: AttemptOutcome;
  /** Stable and short: `http-401`, `private-address`. */
  readonly code: string;
  /** For people. */
  readonly detail: string;
}

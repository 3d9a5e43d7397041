/**
 * What a vendor said about one item of a request, in six words that decide what happens next:
 * `ok` it is done · `invalid` never send it again · `throttled` later, no attempt is burnt · `transient` try again ·
 * `auth` the destination is at fault, so it pauses · `ambiguous` some item of the request failed and the vendor does not say which.
 */
export const resultKinds = ['ok', 'invalid', 'throttled', 'transient', 'auth', 'ambiguous'] as const;
export type ResultKind = (typeof resultKinds)[number];

/** How one attempt ended, in ledgers and metrics: what the vendor said, or that nobody knows whether it arrived. */
export const attemptOutcomes = [...resultKinds, 'unclear'] as const;
export type AttemptOutcome = (typeof attemptOutcomes)[number];

export interface ItemResult {
  /** Position of the item in what was planned. */
  readonly index: number;
  readonly kind: ResultKind;
  /** Stable and short, for ledgers and metrics: `http-503`, `meta-190`. */
  readonly code: string;
  /** For people; never holds a personal value or a secret. */
  readonly message: string;
  /** The vendor asked for at least this pause. */
  readonly retryAfterMs?: number;
}

/** How one attempt ended for one item. */
export interface SendResult extends Omit<ItemResult, 'kind'> {
  readonly kind: AttemptOutcome;
}

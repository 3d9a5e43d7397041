import { backoffMs } from './backoff';
import type { SendResult } from './item-result';

/**
 * A delivery is in exactly one of these states, so what was emitted is always their sum.
 * `held` for `auth`: it waits until somebody mends the destination's credentials. `sent`: the vendor has accepted it and will say
 * later what became of it. `unknown`: it may or may not have arrived.
 */
export type DeliveryState =
  | { readonly status: 'reserved' }
  | { readonly status: 'held'; readonly reason: 'auth' }
  | { readonly status: 'sent' }
  | { readonly status: 'retrying'; readonly code: string; readonly nextAttemptAt: number }
  | { readonly status: 'delivered' }
  | { readonly status: 'rejected'; readonly code: string }
  | { readonly status: 'dead'; readonly code: string }
  | { readonly status: 'unknown'; readonly code: string }
  | { readonly status: 'withheld'; readonly reason: string };

export type DeliveryStatus = DeliveryState['status'];

const toAny = ['held', 'sent', 'retrying', 'delivered', 'rejected', 'dead', 'unknown', 'withheld'] as const;

/** Where each state may go. Nothing leaves a final state: what was reported once is not taken back. */
export const transitions: { readonly [From in DeliveryStatus]: readonly DeliveryStatus[] } = {
  reserved: toAny,
  held: toAny,
  retrying: toAny,
  sent: ['delivered', 'rejected', 'dead', 'unknown'],
  delivered: [],
  rejected: [],
  dead: [],
  unknown: [],
  withheld: [],
};

export const deliveryStatuses = Object.keys(transitions) as readonly DeliveryStatus[];

export const canMove = (from: DeliveryStatus, to: DeliveryStatus): boolean => transitions[from].includes(to);

/** Whether what was sent may have reached its person: one of which nobody knows counts, so that nobody is written to too often. */
export const mayHaveArrived = (status: DeliveryStatus): boolean =>
  status === 'delivered' || status === 'sent' || status === 'unknown';

/** Whether a delivery has come to its end. */
export const isFinal = (status: DeliveryStatus): boolean => transitions[status].length === 0;

/** What one item of a request becomes. */
export interface Settled {
  readonly result: SendResult;
  readonly state: DeliveryState;
}

export interface Settlement {
  readonly items: readonly Settled[];
  /** The destination pauses for this reason until somebody mends it. */
  readonly pause?: { readonly code: string; readonly message: string };
  /** The vendor has asked to wait until then. */
  readonly throttledUntil?: number;
  /** Some item spoils the request and nobody knows which: send the retrying ones again in halves. */
  readonly split: boolean;
}

/** `attemptsOf` answers how often the item at an index was tried before; `chance` is from [0, 1). */
export interface Settling {
  readonly now: number;
  readonly chance: number;
  readonly attemptsOf: (index: number) => number;
}

/**
 * What becomes of every membership change of one request. Only a refusal is final: giving up would leave the vendor's list wrong.
 * Members are sets, or repeated keys are dropped, so what may have arrived is simply sent again.
 */
export function settle(results: readonly SendResult[], settling: Settling): Settlement {
  const refusal = results.find(({ kind }) => kind === 'auth');
  const items = results.map((result) => ({ result, state: stateAfter(result, settling) }));
  const waits = items.flatMap(({ result, state }) =>
    state.status === 'retrying' && result.kind === 'throttled' ? state.nextAttemptAt : [],
  );
  return {
    items,
    ...(waits.length > 0 && { throttledUntil: Math.max(...waits) }),
    ...(refusal && { pause: { code: refusal.code, message: refusal.message } }),
    split: results.length > 1 && results.some(({ kind }) => kind === 'ambiguous'),
  };
}

function stateAfter({ index, kind, code, retryAfterMs }: SendResult, settling: Settling): DeliveryState {
  const { now, chance, attemptsOf } = settling;
  switch (kind) {
    case 'ok':
      return { status: 'delivered' };
    case 'invalid':
      return { status: 'rejected', code };
    case 'auth':
      return { status: 'held', reason: 'auth' };
    case 'throttled':
    case 'transient':
    case 'ambiguous':
    case 'unclear':
      return {
        status: 'retrying',
        code,
        nextAttemptAt: now + backoffMs(attemptsOf(index) + 1, chance, retryAfterMs),
      };
  }
}

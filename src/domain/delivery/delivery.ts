import { nextAttemptAt, type Budget, type Tries } from './backoff';
import type { ItemResult } from './item-result';

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

/** Whether a delivery has come to its end. */
export const isFinal = (status: DeliveryStatus): boolean => transitions[status].length === 0;

/** What one item of a request becomes. */
export interface Settled {
  readonly index: number;
  readonly state: DeliveryState;
  /** Throttling and a paused destination burn no attempt. */
  readonly burnsAttempt: boolean;
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

/** When and how often to try: `triesOf` answers for the item at an index; `chance` is from [0, 1). */
export interface Settling {
  readonly now: number;
  readonly chance: number;
  readonly budget: Budget;
  readonly triesOf: (index: number) => Tries;
}

/** What becomes of every item of one request, after what the vendor said. */
export function settle(results: readonly ItemResult[], settling: Settling): Settlement {
  const refusal = results.find(({ kind }) => kind === 'auth');
  const items = results.map((result) => settleOne(result, results.length === 1, settling));
  const waits = items.flatMap(({ state, burnsAttempt }) =>
    state.status === 'retrying' && !burnsAttempt ? state.nextAttemptAt : [],
  );
  return {
    items,
    ...(waits.length > 0 && { throttledUntil: Math.max(...waits) }),
    ...(refusal && { pause: { code: refusal.code, message: refusal.message } }),
    split: results.length > 1 && results.some(({ kind }) => kind === 'ambiguous'),
  };
}

function settleOne(result: ItemResult, isAlone: boolean, settling: Settling): Settled {
  const { index, kind, code } = result;
  switch (kind) {
    case 'ok':
      return { index, state: { status: 'delivered' }, burnsAttempt: true };
    case 'invalid':
      return { index, state: { status: 'rejected', code }, burnsAttempt: true };
    case 'auth':
      return { index, state: { status: 'held', reason: 'auth' }, burnsAttempt: false };
    case 'ambiguous':
      return { index, state: isAlone ? { status: 'unknown', code } : tryAgain(result, settling), burnsAttempt: true };
    case 'throttled':
    case 'transient':
      return { index, state: tryAgain(result, settling), burnsAttempt: kind === 'transient' };
  }
}

function tryAgain({ index, kind, code, retryAfterMs }: ItemResult, settling: Settling): DeliveryState {
  const { attempts, throttles = 0, firstAt } = settling.triesOf(index);
  const tries =
    kind === 'throttled'
      ? { attempts, throttles: throttles + 1, firstAt }
      : { attempts: attempts + 1, throttles, firstAt };
  const at = nextAttemptAt(tries, settling, retryAfterMs);
  return at === undefined ? { status: 'dead', code } : { status: 'retrying', code, nextAttemptAt: at };
}

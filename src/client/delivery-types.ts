import type { DeliveryStatus } from '../domain/delivery/delivery';
import type { AttemptOutcome } from '../domain/delivery/item-result';
import type { MembershipOperation } from '../domain/delivery/operation';
import type { ConsentProof } from './consent-types';
import type { PageQuery } from './pages';

export type { AttemptOutcome, DeliveryStatus };
export interface DeliveryAttempt {
  readonly at: string;
  readonly outcome: AttemptOutcome;
  readonly code?: string;
  readonly latencyMs: number;
}
/** One effect at a destination, and what has become of it. */
export interface Delivery {
  readonly id: string;
  readonly idempotencyKey: string;
  readonly kind: 'journey' | 'audience';
  readonly destination: string;
  /** Of a send: by what it reaches people, where the destination says. */
  readonly channel?: string;
  /** Of the nth fallback of a send. */
  readonly fallback?: number;
  readonly status: DeliveryStatus;
  readonly reason?: string;
  readonly profileId: string;
  readonly journey?: string;
  readonly version?: number;
  readonly step?: string;
  readonly enrollment?: string;
  readonly audience?: string;
  readonly operation?: MembershipOperation;
  /** Why a member is removed who has not left the audience. */
  readonly because?: 'holdout';
  /** Of a test: what would have left; without its headers, and without secrets. */
  readonly sandbox?: { readonly method: string; readonly url: string; readonly body: string };
  /** Under which consent it was allowed, or withheld; absent when it needed none. */
  readonly consent?: ConsentProof;
  readonly attempts: readonly DeliveryAttempt[];
  readonly causedAt: string;
  readonly createdAt: string;
  readonly updatedAt: string;
}
export interface DeliveryQuery extends PageQuery {
  readonly destination?: string;
  readonly journey?: string;
  readonly audience?: string;
  readonly profile?: string;
  readonly status?: DeliveryStatus;
}

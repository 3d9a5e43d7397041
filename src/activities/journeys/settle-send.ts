import { ApplicationFailure, ApplicationFailureCategory } from '@temporalio/common';
import type { DeliveryStatus } from '../../domain/delivery/delivery';
import type { SandboxRequest } from '../../domain/delivery/sandbox';
import { armShownBy, heldOut, testSend } from '../../domain/journeys/journey-holdout';
import { look, type StepCause } from '../../domain/journeys/move';
import type { Next } from '../../domain/journeys/next';
import { omit } from '../../domain/json';
import { idsOf } from '../../domain/profiles/present';
import type { DeliveryAttempt } from '../../store/deliveries';
import { advanceFrom, type RunRef } from './advance';
import { changeDelivery } from './change-delivery';
import type { SendAnswer } from './journey-sender';
import type { JourneyDeps } from './journeys';
import { attemptOf, type AskedSend, type SendVisit } from './send-visit';
import { releaseHouseholds } from './take-household';

export async function retryLater(
  deps: JourneyDeps,
  send: SendVisit,
  {
    answer: { code, retryAfterMs },
    mayHaveArrived,
    made,
  }: Unsettled & { readonly answer: SendAnswer; readonly made: DeliveryAttempt },
): Promise<never> {
  const { ref, key } = send;
  const change = { idempotencyKey: key, status: 'retrying' as const, reason: code, attempt: made, now: deps.clock() };
  await deps.store.deliveries.change(ref.ws, [change]);
  await giveBack(deps, send, mayHaveArrived);
  throw ApplicationFailure.create({
    type: code,
    message: code,
    category: ApplicationFailureCategory.BENIGN,
    ...(retryAfterMs !== undefined && { nextRetryDelay: retryAfterMs }),
  });
}

/** Waits, without using up attempts. */
export async function hold(
  deps: JourneyDeps,
  send: SendVisit,
  { reason, mayHaveArrived, made }: Unsettled & { readonly reason: string; readonly made?: DeliveryAttempt },
): Promise<Next> {
  const { ref, key } = send;
  const change = { idempotencyKey: key, status: 'held' as const, reason, now: deps.clock() };
  await deps.store.deliveries.change(ref.ws, [{ ...change, ...(made && { attempt: made }) }]);
  await giveBack(deps, send, mayHaveArrived);
  return advanceFrom(deps, ref, look);
}

/**
 * Until the next attempt others may have the place, and end or move the run. What may have arrived keeps both: whoever ends or merges the
 * run meanwhile must know of it; but nothing is under way.
 */
async function giveBack(deps: JourneyDeps, send: SendVisit, mayHaveArrived: boolean): Promise<void> {
  const { store } = deps;
  const { ref, key, run, profile } = send;
  const claim = { key, at: run.sending?.at ?? 0 };
  if (mayHaveArrived) return store.enrollments.rest(ref.ws, ref.id, claim);
  await store.sendPlaces.release(ref.ws, idsOf(profile), attemptOf(send));
  if (send.definition.once !== undefined) await releaseHouseholds(deps, send);
  await store.enrollments.release(ref.ws, ref.id, claim);
}

/** An attempt that has not settled the delivery. */
interface Unsettled {
  /** It, or one before it. */
  readonly mayHaveArrived: boolean;
}

/** What has become of it, and the attempt that led to that. */
interface Ending {
  readonly status: DeliveryStatus;
  readonly reason?: string;
  readonly made?: DeliveryAttempt;
  readonly isOfChannel?: true;
  /** Of a test: what would have left. */
  readonly sandbox?: SandboxRequest;
}

export async function record(
  deps: JourneyDeps,
  { ref, key, permission }: AskedSend,
  { made, ...ending }: Ending,
): Promise<Next> {
  const attempt = made && { attempt: made };
  await changeDelivery(deps, ref.ws, {
    ...{ idempotencyKey: key, ...ending, consent: permission.consent },
    ...attempt,
    now: deps.clock(),
  });
  return settle(deps, ref, { key, ...omit(ending, 'sandbox') });
}

/** Tells the run what has become of its delivery, unless it has been told. */
export async function settle(
  deps: JourneyDeps,
  ref: RunRef,
  { key, ...ending }: Pick<Ending, 'status' | 'reason' | 'isOfChannel'> & { readonly key: string },
): Promise<Next> {
  return advanceFrom(deps, ref, settled(ending), key);
}

export function settled({ status, reason, isOfChannel }: Pick<Ending, 'status' | 'reason' | 'isOfChannel'>): StepCause {
  const isRefused = status === 'rejected' || status === 'dead';
  // Whom chance holds out, and a test, goes the way of those who were sent.
  const isFailure = isRefused || (status === 'withheld' && reason !== heldOut && reason !== testSend);
  const arm = armShownBy(status, reason);
  return {
    ...{ on: 'settled', status, isFailure, mayFallBack: isRefused || isOfChannel === true },
    ...(reason !== undefined && { reason }),
    ...(arm && { arm }),
  };
}

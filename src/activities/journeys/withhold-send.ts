import { isFinal } from '../../domain/delivery/delivery';
import { isInside, type Enrollment } from '../../domain/journeys/enrollment';
import { look } from '../../domain/journeys/move';
import type { Next } from '../../domain/journeys/next';
import { isPassedOver } from '../../domain/journeys/steps/send';
import type { DeliveryDoc } from '../../store/deliveries';
import { advanceFrom } from './advance';
import { changeDelivery } from './change-delivery';
import type { JourneyDeps } from './journeys';
import type { AskedSend, SendVisit } from './send-visit';
import { record, settle } from './settle-send';

interface Withheld {
  readonly reason: string;
  readonly isOfChannel: boolean;
  readonly wasInFlight: boolean;
}

/** Nothing more leaves. What may have arrived before that was not withheld, and nothing is sent in its place. */
export async function withhold(deps: JourneyDeps, send: AskedSend, why: Withheld): Promise<Next> {
  const { ref, key } = send;
  if (why.wasInFlight) return record(deps, send, interrupted);
  // The row first: whoever takes the claim up after it was seen here changes the row, which then is not withheld.
  const row = await deps.store.deliveries.byKey(ref.ws, key);
  // Another attempt has taken the claim up, may be sending, and reports.
  if (isOthers(await deps.store.enrollments.byId(ref.ws, ref.id), send)) return advanceFrom(deps, ref, look);
  await changeDelivery(deps, ref.ws, {
    ...{ idempotencyKey: key, status: 'withheld', reason: why.reason, consent: send.permission.consent },
    ...(why.isOfChannel && { isOfChannel: true }),
    ...(row && { ifUnchangedSince: row.updatedAt }),
    now: deps.clock(),
  });
  const written = await deps.store.deliveries.byKey(ref.ws, key);
  if (written && !isFinal(written.status)) return withhold(deps, send, why);
  const ending = written ?? { status: 'withheld' as const, reason: why.reason };
  if (ending.status === 'withheld') deps.metrics.withheld.inc({ reason: why.reason });
  return settle(deps, ref, { ...ending, key });
}

/**
 * An attempt after one that was not heard of says so in the ledger: from then on that one withholds nothing, though it may have seen its
 * claim before this one took it up. Settles what has come to its end until then, and what is not to be sent again.
 */
export async function followUp(deps: JourneyDeps, send: AskedSend, hasDedup: boolean): Promise<Next | undefined> {
  if (!isRepeatable(send, hasDedup)) return record(deps, send, interrupted);
  const { ref, key, run } = send;
  const change = { idempotencyKey: key, status: 'retrying' as const, reason: interrupted.reason };
  await deps.store.deliveries.change(ref.ws, [{ ...change, now: run.sending?.at ?? deps.clock() }]);
  const row: DeliveryDoc | undefined = await deps.store.deliveries.byKey(ref.ws, key);
  return row && isFinal(row.status) ? settle(deps, ref, { ...row, key }) : undefined;
}

const interrupted = { status: 'unknown', reason: 'interrupted' } as const;

/** What is passed over is not sent to find out whether it has arrived. */
const isRepeatable = ({ run }: SendVisit, hasDedup: boolean): boolean => hasDedup && !isPassedOver(run);

/** Whether the claim of a run is that of this delivery, since then. */
export const hasClaim = ({ sending }: Pick<Enrollment, 'sending'>, key: string, at: number | undefined): boolean =>
  sending?.key === key && sending.at === at;

/** Of a run that has ended nobody can claim anew. */
const isOthers = (run: Enrollment | undefined, { key, run: seen }: SendVisit): boolean =>
  run !== undefined && (isInside(run) || run.sending !== undefined) && !hasClaim(run, key, seen.sending?.at);

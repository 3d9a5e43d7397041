import { ApplicationFailure, ApplicationFailureCategory } from '@temporalio/common';
import type { CompiledJourney } from '../../domain/journeys/compiled-journey';
import { effectKey, isInside, type Enrollment } from '../../domain/journeys/enrollment';
import type { StepOf } from '../../domain/journeys/journey.schema';
import { runEnded } from '../../domain/journeys/outcomes';
import type { StepCause } from '../../domain/journeys/move';
import type { Next } from '../../domain/journeys/next';
import { runRoot } from '../../domain/journeys/run-paths';
import { stepOf } from '../../domain/journeys/step';
import type { Profile } from '../../domain/profiles/profile';
import { isFinal, type DeliveryStatus } from '../../domain/delivery/delivery';
import type { DeliveryAttempt } from '../../store/deliveries';
import { advanceFrom, type RunRef } from './advance';
import { isBehind } from './advance-facts';
import { changeDelivery } from './change-delivery';
import type { SendAnswer } from './journey-sender';
import type { JourneyDeps } from './journeys';
import { readGroupFacts } from '../../folding/read-group-facts';
import { readPermission, type Permission } from './permission';

interface Visit {
  readonly step: string;
  readonly visit: number;
}

const ranOut = 'retry-budget-used-up';
const look: StepCause = { on: 'look' };

/** The send of one visit, with all that decides whether it may leave. */
interface SendVisit {
  readonly ref: RunRef;
  readonly key: string;
  readonly run: Enrollment;
  readonly journey: CompiledJourney;
  readonly profile: Profile;
  readonly definition: StepOf<'send'>;
}

/** One that has asked whether it may leave. */
interface AskedSend extends SendVisit {
  readonly permission: Permission;
}

/**
 * One attempt. Claims the run first and re-reads everything after: an exit, a pause or a denial that was committed before the claim
 * is seen, one committed later comes after the send has begun.
 */
export async function deliverStep(deps: JourneyDeps, ref: RunRef & Visit): Promise<Next> {
  const key = effectKey({ id: ref.id, step: ref.step, visit: ref.visit });
  const known = await deps.store.deliveries.byKey(ref.ws, key);
  if (known && (isFinal(known.status) || known.status === 'sent')) return settle(deps, ref, known.status);
  const claim = await claimRun(deps, ref, key);
  const send = claim === 'refused' ? undefined : await readSend(deps, ref, key);
  return send ? sendUnlessBarred(deps, send, claim === 'found') : leave(deps, ref, key, claim === 'found');
}

/** `found`: an earlier attempt of this very visit began and was never heard of again. */
async function claimRun(deps: JourneyDeps, ref: RunRef & Visit, key: string): Promise<'taken' | 'found' | 'refused'> {
  const run = await deps.store.enrollments.byId(ref.ws, ref.id);
  if (run?.sending?.key === key) return 'found';
  const sending = { key, at: deps.clock() };
  return (await deps.store.enrollments.claim(ref.ws, { id: ref.id, ...visitOf(ref) }, sending)) ? 'taken' : 'refused';
}

async function sendUnlessBarred(deps: JourneyDeps, visit: SendVisit, wasInFlight: boolean): Promise<Next> {
  const { ref, profile, definition, journey } = visit;
  const { destination, action } = definition;
  const to = await deps.sender.state(ref.ws, destination, action);
  const { purpose } = journey.definition;
  const permission = await readPermission(deps, { ws: ref.ws, profile, destination, purpose, to });
  const send: AskedSend = { ...visit, permission };
  const { state, hasDedup } = to;
  await reserve(deps, send, permission, to.channel);
  if (wasInFlight && !hasDedup) return record(deps, send, 'unknown', 'interrupted');
  if (send.journey.status === 'paused' || state === 'paused')
    return hold(deps, send, { reason: 'paused', mayHaveArrived: wasInFlight });
  // Something accepted meanwhile may end the run or deny the send: also before the tenth attempt, a day after the first.
  if (await isBehind(deps, { ws: send.ref.ws, profile: send.profile }, deps.clock()))
    return hold(deps, send, { reason: 'backlog', mayHaveArrived: wasInFlight });
  const withheld = state === 'ready' ? permission.withheld : `destination-${state}`;
  if (withheld === undefined) return attempt(deps, send);
  if (permission.withheld !== undefined && state === 'ready')
    deps.metrics.withheld.inc({ reason: permission.withheld });
  return record(deps, send, 'withheld', withheld);
}

/** Settles a delivery whose retries are over: `unknown` when the last attempt may have arrived, `dead` otherwise. */
export async function giveUp(deps: JourneyDeps, ref: RunRef, { step, visit }: Visit): Promise<StepCause> {
  const key = effectKey({ id: ref.id, step, visit });
  const send = await readSend(deps, { ...ref, step, visit }, key);
  // Nobody may ever have picked it up; the step it settles counts it all the same.
  if (send) await reserve(deps, send);
  const run = send?.run ?? (await deps.store.enrollments.byId(ref.ws, ref.id));
  const status: DeliveryStatus = run?.sending?.key === key ? 'unknown' : 'dead';
  await changeDelivery(deps, ref.ws, { idempotencyKey: key, status, reason: ranOut, now: deps.clock() });
  return settled((await deps.store.deliveries.byKey(ref.ws, key))?.status ?? status);
}

/** Nothing may be sent for this visit any more: the run has ended or moved on. */
async function leave(deps: JourneyDeps, ref: RunRef & Visit, key: string, wasInFlight: boolean): Promise<Next> {
  const run = await deps.store.enrollments.byId(ref.ws, ref.id);
  if (run && !isInside(run)) {
    await deps.store.enrollments.release(ref.ws, ref.id, key);
    // An attempt that was never heard of again may have arrived; one that was not begun has not.
    const end = wasInFlight
      ? { status: 'unknown' as const, reason: 'interrupted' }
      : { status: 'withheld' as const, reason: runEnded };
    await changeDelivery(deps, ref.ws, { idempotencyKey: key, ...end, now: deps.clock() });
  }
  return advanceFrom(deps, ref, look);
}

async function readSend(deps: JourneyDeps, ref: RunRef & Visit, key: string): Promise<SendVisit | undefined> {
  const run = await deps.store.enrollments.byId(ref.ws, ref.id);
  if (!run || !isInside(run) || run.step !== ref.step || run.visit !== ref.visit) return undefined;
  const journey = await deps.store.journeys.compiled(ref.ws, run.journey, run.version);
  const profile = await deps.store.profiles.canonical(ref.ws, run.profile);
  const definition = journey && stepOf(journey, run);
  if (!profile || !journey || definition?.type !== 'send') return undefined;
  return { ref, key, run, journey, profile, definition };
}

async function reserve(
  deps: JourneyDeps,
  { ref, key, run, profile, definition }: SendVisit,
  { consent }: Permission = {},
  channel?: string,
): Promise<void> {
  const { id: enrollment, journey, version, step, arrivedAt } = run;
  const delivery = {
    ws: ref.ws,
    idempotencyKey: key,
    kind: 'journey' as const,
    destination: definition.destination,
    journey,
    version,
    step,
    enrollment,
    profile: profile.id,
    subject: run.subject,
    causedAt: arrivedAt,
    ...(consent && { consent }),
    ...(channel !== undefined && { channel }),
  };
  await deps.store.deliveries.reserve([delivery], deps.clock());
}

async function attempt(deps: JourneyDeps, send: AskedSend): Promise<Next> {
  const { ref, key, run, journey, profile, definition } = send;
  const startedAt = deps.clock();
  const { paths } = await readGroupFacts(deps.store, ref.ws, profile, startedAt);
  const answer = await deps.sender.send({
    ws: ref.ws,
    idempotencyKey: key,
    journey: journey.key,
    version: journey.version,
    step: run.step,
    enrollment: run.id,
    profile,
    definition,
    run: runRoot(run, paths),
    arrivedAt: run.arrivedAt,
  });
  const { kind, code } = answer;
  const made = { at: startedAt, outcome: kind, code, latencyMs: deps.clock() - startedAt };
  switch (kind) {
    case 'ok':
      return record(deps, send, 'delivered', undefined, made);
    case 'invalid':
      return record(deps, send, 'rejected', code, made);
    case 'auth':
      await deps.sender.pause(ref.ws, definition.destination, code);
      return hold(deps, send, { reason: code, mayHaveArrived: false, made });
    case 'ambiguous':
    case 'unclear':
      return unclear(deps, send, answer, made);
    case 'throttled':
    case 'transient':
      await deps.store.enrollments.release(ref.ws, ref.id, key);
      return retryLater(deps, send, answer, made);
  }
}

/** It may have arrived. Only a destination that tells repeats apart gets it again; the claim stays, so that nobody forgets. */
async function unclear(deps: JourneyDeps, send: AskedSend, answer: SendAnswer, made: DeliveryAttempt): Promise<Next> {
  const { hasDedup } = await deps.sender.state(send.ref.ws, send.definition.destination);
  return hasDedup ? retryLater(deps, send, answer, made) : record(deps, send, 'unknown', answer.code, made);
}

async function retryLater(
  deps: JourneyDeps,
  { ref, key }: SendVisit,
  { code, retryAfterMs }: SendAnswer,
  made: DeliveryAttempt,
): Promise<never> {
  const change = { idempotencyKey: key, status: 'retrying' as const, reason: code, attempt: made, now: deps.clock() };
  await deps.store.deliveries.change(ref.ws, [change]);
  throw ApplicationFailure.create({
    type: code,
    message: code,
    category: ApplicationFailureCategory.BENIGN,
    ...(retryAfterMs !== undefined && { nextRetryDelay: retryAfterMs }),
  });
}

/**
 * Waits, without using up attempts. The claim is given back, but for one of an earlier attempt that may have arrived: whoever ends
 * or merges the run meanwhile must know of it.
 */
async function hold(
  deps: JourneyDeps,
  { ref, key }: SendVisit,
  { reason, mayHaveArrived, made }: { reason: string; mayHaveArrived: boolean; made?: DeliveryAttempt },
): Promise<Next> {
  const change = { idempotencyKey: key, status: 'held' as const, reason, now: deps.clock() };
  await deps.store.deliveries.change(ref.ws, [{ ...change, ...(made && { attempt: made }) }]);
  if (!mayHaveArrived) await deps.store.enrollments.release(ref.ws, ref.id, key);
  return advanceFrom(deps, ref, look);
}

async function record(
  deps: JourneyDeps,
  { ref, key, run, permission }: AskedSend,
  status: DeliveryStatus,
  reason?: string,
  made?: DeliveryAttempt,
): Promise<Next> {
  const now = deps.clock();
  const change = {
    idempotencyKey: key,
    status,
    now,
    consent: permission.consent,
    ...(reason !== undefined && { reason }),
    ...(made && { attempt: made }),
  };
  await changeDelivery(deps, ref.ws, change);
  return settle(deps, { ...ref, ...visitOf(run) }, status);
}

async function settle(deps: JourneyDeps, ref: RunRef & Visit, status: DeliveryStatus): Promise<Next> {
  return advanceFrom(deps, ref, settled(status), visitOf(ref));
}

const settled = (status: DeliveryStatus): StepCause => ({
  on: 'settled',
  status,
  isFailure: status === 'rejected' || status === 'dead' || status === 'withheld',
});

const visitOf = ({ step, visit }: Visit): Visit => ({ step, visit });

import { effectKey, isInside, type Enrollment } from '../../domain/journeys/enrollment';
import { householdOnce } from '../../domain/journeys/household-once';
import { armOf, heldOut, isGhost, unreachable } from '../../domain/journeys/journey-holdout';
import { look, type StepCause } from '../../domain/journeys/move';
import type { Next } from '../../domain/journeys/next';
import { isPassedOver } from '../../domain/journeys/steps/send';
import { isFinal } from '../../domain/delivery/delivery';
import type { DeliveryDoc } from '../../store/deliveries';
import { advanceFrom, type RunRef } from './advance';
import { isBehind } from './advance-facts';
import { lookAtPolicies, passPolicies, type PolicyQuestion } from './ask-policies';
import { attempt } from './attempt-send';
import { changeDelivery } from './change-delivery';
import type { JourneyDeps } from './journeys';
import { readPermission } from './permission';
import { rehearse } from './rehearse';
import { keyOf, readSend, requestOf, reserve, type AskedSend, type SendVisit, type Visit } from './send-visit';
import { hold, record, settle, settled } from './settle-send';
import { lookAtHouseholds, takeHouseholds } from './take-household';
import { endOfEnded, endOfTries } from './unheard-send';
import { followUp, hasClaim, withhold } from './withhold-send';

/**
 * One attempt. Claims the run first and re-reads everything after: an exit, a pause or a denial that was committed before the claim
 * is seen, one committed later comes after the send has begun.
 */
export async function deliverStep(deps: JourneyDeps, ref: RunRef & Visit): Promise<Next> {
  const run = await deps.store.enrollments.byId(ref.ws, ref.id);
  const key = keyOf(run, ref);
  const known = await deps.store.deliveries.byKey(ref.ws, key);
  if (known && (isFinal(known.status) || known.status === 'sent')) return settle(deps, ref, { ...known, key });
  const claim = await claimRun(deps, ref, key, run);
  if (claim.is === 'refused') return leave(deps, ref, key, claim);
  const send = await readSend(deps, ref, key);
  return send && isToBeSent(send, claim)
    ? sendOrRehearse(deps, send, claim.is === 'found', known)
    : leave(deps, ref, key, claim);
}

/** A claim that another attempt has taken up since is no longer its own; and nobody claims anew what is passed over. */
const isToBeSent = (send: SendVisit, claim: Exclude<Claim, { is: 'refused' }>): boolean =>
  hasClaim(send.run, send.key, claim.at) && !(claim.is === 'taken' && isPassedOver(send.run));

const sendOrRehearse = (...[deps, send, ...of]: Parameters<typeof sendUnlessBarred>): Promise<Next> =>
  send.run.test ? rehearse(deps, send) : sendUnlessBarred(deps, send, ...of);

/** `found`: another attempt of this very visit began and was never heard of again, or goes on unheard. `at`: since when it is this one's. */
type Claim = { readonly is: 'taken' | 'found'; readonly at: number } | { readonly is: 'refused' };

/** Of two attempts at once one is refused, and comes again. A claim that is left of what the run has come past is nobody's. */
async function claimRun(
  { store, clock }: JourneyDeps,
  ref: RunRef & Visit,
  key: string,
  run?: Enrollment,
): Promise<Claim> {
  const { sending } = run ?? {};
  if (sending?.key !== key) {
    const at = clock();
    if (sending && run && effectKey(run) === key) await store.enrollments.release(ref.ws, ref.id, { key: sending.key });
    return (await store.enrollments.claim(ref.ws, ref, { key, at })) ? { is: 'taken', at } : { is: 'refused' };
  }
  // From now on the other gives it back no more.
  const at = Math.max(clock(), sending.at + 1);
  return (await store.enrollments.takeUp(ref.ws, ref.id, sending, at)) ? { is: 'found', at } : { is: 'refused' };
}

async function sendUnlessBarred(
  deps: JourneyDeps,
  visit: SendVisit,
  wasClaimed: boolean,
  known: DeliveryDoc | undefined,
): Promise<Next> {
  // Of somebody whom chance holds out nothing has left, however the attempt before this one ended.
  const wasInFlight = wasClaimed && !isGhost(visit.journey.definition, visit.profile);
  const { ref, profile, definition, journey } = visit;
  const { destination, action } = definition;
  const to = await deps.sender.state(ref.ws, destination, action);
  const { purpose } = journey.definition;
  const permission = await readPermission(deps, { ws: ref.ws, profile, destination, purpose, to });
  const send: AskedSend = { ...visit, permission };
  const { state, hasDedup } = to;
  await reserve(deps, send, permission, to.channel);
  const over = wasInFlight && (await followUp(deps, send, hasDedup));
  if (over) return over;
  if (send.journey.status === 'paused' || state === 'paused')
    return hold(deps, send, { reason: 'paused', mayHaveArrived: wasInFlight });
  // Something accepted meanwhile may end the run or deny the send: also before the tenth attempt, a day after the first.
  if (await isBehind(deps, { ws: send.ref.ws, profile: send.profile }, deps.clock()))
    return hold(deps, send, { reason: 'backlog', mayHaveArrived: wasInFlight });
  const bar = state === 'ready' ? permission.withheld : `destination-${state}`;
  if (bar !== undefined) {
    const isOfChannel = state !== 'ready' || permission.isOfChannel;
    return withhold(deps, send, { reason: bar, isOfChannel, wasInFlight });
  }
  return sendUnlessHeldOut(deps, send, { channel: to.channel, wasInFlight, known });
}

/**
 * Asks the policies, and with a holdout whether the destination can reach the person at all: of both arms alike, so that the ghost send of
 * somebody who is held out is one that would have left.
 */
async function sendUnlessHeldOut(
  deps: JourneyDeps,
  send: AskedSend,
  { wasInFlight, ...asked }: Pick<PolicyQuestion, 'channel' | 'known'> & { readonly wasInFlight: boolean },
): Promise<Next> {
  const arm = armOf(send.journey.definition, send.profile);
  const isHeldOut = arm?.isHeldOut === true;
  const question = { ...asked, send, mayHaveArrived: wasInFlight };
  const ruling = await (isHeldOut ? lookAtPolicies(deps, question) : passPolicies(deps, question));
  if (ruling.do === 'hold') return hold(deps, send, { reason: ruling.reason, mayHaveArrived: wasInFlight });
  if (ruling.do === 'withhold') return withhold(deps, send, { ...ruling, wasInFlight });
  if (arm && !wasInFlight && !(await deps.sender.reaches(await requestOf(deps, send))))
    return record(deps, send, { status: 'rejected', reason: unreachable });
  return sendToHousehold(deps, send, { isHeldOut, wasInFlight });
}

/** Last, takes the place of a step that speaks to a household once; whom chance holds out only looks whether there is one. */
async function sendToHousehold(
  deps: JourneyDeps,
  send: AskedSend,
  { isHeldOut, wasInFlight }: { readonly isHeldOut: boolean; readonly wasInFlight: boolean },
): Promise<Next> {
  const place = await (isHeldOut ? lookAtHouseholds(deps, send) : takeHouseholds(deps, send, wasInFlight));
  if (place === 'moved') return hold(deps, send, { reason: householdOnce, mayHaveArrived: wasInFlight });
  const isOfChannel = false;
  if (place === 'taken') return withhold(deps, send, { reason: householdOnce, isOfChannel, wasInFlight });
  if (isHeldOut) return withhold(deps, send, { reason: heldOut, isOfChannel, wasInFlight });
  return attempt(deps, send, wasInFlight);
}

/** Settles a delivery whose retries are over: `unknown` when the last attempt may have arrived, `dead` otherwise. */
export async function giveUp(
  deps: JourneyDeps,
  ref: RunRef,
  visit: Visit,
): Promise<{ readonly cause: StepCause; readonly key: string }> {
  const key = keyOf(await deps.store.enrollments.byId(ref.ws, ref.id), { ...ref, ...visit });
  const send = await readSend(deps, { ...ref, ...visit }, key);
  // Nobody may ever have picked it up; the step it settles counts it all the same.
  if (send) await reserve(deps, send);
  const run = send?.run ?? (await deps.store.enrollments.byId(ref.ws, ref.id));
  const { is } = await claimRun(deps, { ...ref, ...visit }, key, run);
  // Refused by an attempt that was slow, or since the run is elsewhere.
  const present = is === 'refused' ? await deps.store.enrollments.byId(ref.ws, ref.id) : run;
  const mayHaveArrived = is === 'found' || present?.sending?.key === key;
  const ending = await endOfTries(deps, ref.ws, run, mayHaveArrived);
  await changeDelivery(deps, ref.ws, { idempotencyKey: key, ...ending, now: deps.clock() });
  return { cause: settled((await deps.store.deliveries.byKey(ref.ws, key)) ?? ending), key };
}

/**
 * Nothing may be sent for this visit any more: the run has ended or moved on. A claim that another attempt has stays, so that whoever
 * notices the end knows that something may have left.
 */
async function leave(deps: JourneyDeps, ref: RunRef & Visit, key: string, claim: Claim): Promise<Next> {
  const { enrollments } = deps.store;
  if (claim.is === 'taken') await enrollments.release(ref.ws, ref.id, { key, at: claim.at });
  const run = await enrollments.byId(ref.ws, ref.id);
  if (run && !isInside(run)) {
    const end = await endOfEnded(deps, ref.ws, run, claim.is === 'found' || run.sending?.key === key);
    await changeDelivery(deps, ref.ws, { idempotencyKey: key, ...end, now: deps.clock() });
  }
  return advanceFrom(deps, ref, look);
}

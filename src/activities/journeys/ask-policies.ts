import {
  capsLookBackMs,
  decideSend,
  longestHoldMs,
  placesTaken,
  type Ruling,
  type SendPlace,
} from '../../domain/delivery/decide-send';
import { looksAgainAt, resumesAt } from '../../domain/delivery/resumed-sends';
import type { SendingPolicy } from '../../domain/delivery/sending-policy.schema';
import type { JourneyDefinition } from '../../domain/journeys/journey.schema';
import { zoneOf } from '../../domain/zone';
import { subjectOf } from '../../domain/ids';
import { idsOf, presentTraits } from '../../domain/profiles/present';
import type { Profile } from '../../domain/profiles/profile';
import type { DeliveryDoc } from '../../store/deliveries';
import type { SendPlacesDoc } from '../../store/send-places';
import type { JourneyDeps } from './journeys';
import { attemptOf, laterAttempt, type AskedSend } from './send-visit';

/** A send that nothing else keeps, and its row of the ledger from before this attempt. */
export interface PolicyQuestion {
  readonly send: Pick<AskedSend, 'ref' | 'key' | 'run' | 'profile' | 'permission'> & {
    readonly journey: { readonly definition: Pick<JourneyDefinition, 'zone'> };
  };
  readonly channel: string | undefined;
  readonly known: DeliveryDoc | undefined;
}

const triesAtMost = 20;

/**
 * Whether the policies of the workspace let it go now. Where caps do, it has a place under them from then on, taken in one step: of two
 * that race for the last one, one does. What may have arrived before is let through caps where it has its place already.
 */
export async function passPolicies(
  deps: JourneyDeps,
  question: PolicyQuestion & { readonly mayHaveArrived: boolean },
): Promise<Ruling> {
  const { policy, stopped } = await readPolicy(deps, question);
  if (stopped) return stopped;
  if (question.send.permission.isTransactional || (policy.caps ?? []).length === 0)
    return decideSend(policy, sendingOf(question, policy), []);
  for (let tries = 0; tries < triesAtMost; tries += 1) {
    const taken = await readPlaces(deps, question, policy);
    const countedAt = question.mayHaveArrived ? taken.countedAt : undefined;
    const ruling = decideSend(policy, sendingOf(question, policy), taken.places, countedAt);
    if (ruling.do !== 'send') return ruling;
    if (await takePlace(deps, question, policy, taken)) return checkMerged(deps, question);
  }
  return { do: 'hold', reason: 'cap', until: question.send.ref.now };
}

/** What they would say now: for a look at a send that is held. */
export async function lookAtPolicies(deps: JourneyDeps, question: PolicyQuestion): Promise<Ruling> {
  const { policy, stopped } = await readPolicy(deps, question);
  if (stopped) return stopped;
  const { places } = await readPlaces(deps, question, policy);
  const ruling = decideSend(policy, sendingOf(question, policy), places);
  if (ruling.do !== 'hold') return ruling;
  return { ...ruling, until: Math.min(ruling.until, question.send.ref.now + longestHoldMs[ruling.reason]) };
}

async function readPolicy(
  { store }: JourneyDeps,
  { send: { ref, run, key }, known }: PolicyQuestion,
): Promise<{ readonly policy: SendingPolicy; readonly stopped?: Ruling }> {
  const { policy, resumed } = await store.workspaces.sending(ref.ws);
  const wait = (until: number) => ({ policy, stopped: { do: 'hold', reason: 'sends-stopped', until } as const });
  if (policy.sendsStopped) return wait(looksAgainAt(ref.now, run.arrivedAt, key));
  const wasStopped = known?.status === 'held' && known.reason === 'sends-stopped';
  if (!resumed || !wasStopped || ref.now >= resumesAt(resumed, key)) return { policy };
  return wait(resumesAt(resumed, key));
}

function sendingOf({ send: { ref, profile, permission, journey }, channel }: PolicyQuestion, policy: SendingPolicy) {
  const { zone } = zoneOf(presentTraits(profile, ref.now), journey.definition.zone, policy.zone);
  return { channel, isTransactional: permission.isTransactional, zone, now: ref.now };
}

interface Taken {
  /** Since when the send has a place, where it has one. */
  readonly countedAt: number | undefined;
  /** Of others. */
  readonly places: readonly SendPlace[];
  /** Of the person's present profile, as it was read. */
  readonly own: SendPlacesDoc | undefined;
}

/** From places that were taken, and from the ledger: what was sent before there were caps counts as well. */
async function readPlaces(
  { store }: JourneyDeps,
  { send: { ref, key, profile } }: PolicyQuestion,
  policy: SendingPolicy,
): Promise<Taken> {
  const since = ref.now - capsLookBackMs(policy);
  const ids = idsOf(profile);
  const [docs, sends] = await Promise.all([
    store.sendPlaces.of(ref.ws, ids),
    store.deliveries.sendsTo(
      ids.map((id) => subjectOf(ref.ws, id)),
      since,
    ),
  ]);
  const taken = docs.flatMap(({ places }) => places);
  // What was decided on longer ago than caps look back.
  const older = taken.map((place) => place.key).filter((of) => !sends.some((one) => one.idempotencyKey === of));
  const rows = older.length > 0 ? await store.deliveries.byKeys(ref.ws, older) : [];
  const ledger = [...sends, ...rows].map(({ idempotencyKey, status, channel, updatedAt, settledAt = updatedAt }) => ({
    ...{ key: idempotencyKey, status, channel, at: settledAt },
  }));
  return {
    countedAt: taken.find((place) => place.key === key)?.at,
    places: placesTaken(key, taken, ledger),
    own: docs.find(({ _id }) => _id === subjectOf(ref.ws, profile.id)),
  };
}

/** False where somebody else has written since. */
function takePlace(
  { store }: JourneyDeps,
  { send, channel }: PolicyQuestion,
  policy: SendingPolicy,
  { own }: Taken,
): Promise<boolean> {
  const { ref, key, profile } = send;
  const lookBackMs = capsLookBackMs(policy);
  const others = (own?.places ?? []).filter((place) => place.key !== key && place.at >= ref.now - lookBackMs);
  const before = own?.places.find((place) => place.key === key)?.attempt;
  const place = {
    key,
    attempt: laterAttempt(attemptOf(send), before),
    at: ref.now,
    ...(channel !== undefined && { channel }),
  };
  return store.sendPlaces.write(ref.ws, profile.id, {
    places: [...others, place],
    expireAt: new Date(ref.now + lookBackMs),
    readRev: own?.rev ?? 0,
  });
}

/** A merge between the reading of the profile and the place may have hidden another place of the person: then it is asked again. */
async function checkMerged(
  { store }: JourneyDeps,
  { send, mayHaveArrived }: PolicyQuestion & { readonly mayHaveArrived: boolean },
): Promise<Ruling> {
  const { ref, profile } = send;
  const present = await store.profiles.canonical(ref.ws, profile.id);
  if (present && isSame(present, profile)) return { do: 'send' };
  // What may have arrived before keeps its place.
  if (!mayHaveArrived) await store.sendPlaces.release(ref.ws, idsOf(profile), attemptOf(send));
  return { do: 'hold', reason: 'cap', until: ref.now };
}

const isSame = (one: Profile, other: Profile): boolean =>
  one.id === other.id && one.lineage.length === other.lineage.length;

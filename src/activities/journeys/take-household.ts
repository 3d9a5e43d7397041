import { createHash } from 'node:crypto';
import { isFinal, mayHaveArrived } from '../../domain/delivery/delivery';
import { presentGroups } from '../../domain/groups/group';
import { groupRules } from '../../domain/groups/group-rules';
import { householdSubject, subjectOf } from '../../domain/ids';
import { oncePerHousehold, whosePlace, type OncePerHousehold } from '../../domain/journeys/household-once';
import type { Profile } from '../../domain/profiles/profile';
import type { HouseholdSendDoc } from '../../store/household-sends';
import type { JourneyDeps } from './journeys';
import { attemptOf, laterAttempt, type SendVisit } from './send-visit';

/** `moved`: the person's households are others by now, and it is asked again. */
type Answer = 'ours' | 'taken' | 'moved';

const triesAtMost = 20;

/**
 * Whether the message of a step that speaks to a household once is this one. In each of the person's households it has its place from then
 * on, taken in one step: of two members whose runs race, one does. What may have arrived before keeps those that it has.
 */
export async function takeHouseholds(deps: JourneyDeps, send: SendVisit, mayHaveArrived: boolean): Promise<Answer> {
  const once = oncePerHousehold(send.definition, send.journey);
  if (!once) return 'ours';
  const { ws } = send.ref;
  for (const id of await placesOf(deps, send, once)) if (!(await take(deps, send, once, id))) return giveUp('taken');
  const present = await deps.store.profiles.canonical(ws, send.profile.id);
  if (present && householdsOf(present).join() === householdsOf(send.profile).join()) return 'ours';
  return giveUp('moved');

  async function giveUp(answer: Answer): Promise<Answer> {
    if (!mayHaveArrived) await releaseHouseholds(deps, send);
    return answer;
  }
}

/** The same of somebody whom chance holds out: what never leaves takes no place. */
export async function lookAtHouseholds(deps: JourneyDeps, send: SendVisit): Promise<Answer> {
  const once = oncePerHousehold(send.definition, send.journey);
  if (!once) return 'ours';
  for (const id of await placesOf(deps, send, once))
    if ((await look(deps, send, once, id)).whose === 'taken') return 'taken';
  return 'ours';
}

export const releaseHouseholds = (
  { store }: JourneyDeps,
  send: Pick<SendVisit, 'ref' | 'profile' | 'key' | 'run'>,
): Promise<void> => store.householdSends.release(subjectOf(send.ref.ws, send.profile.id), attemptOf(send));

async function take(deps: JourneyDeps, send: SendVisit, once: OncePerHousehold, id: string): Promise<boolean> {
  for (let tries = 0; tries < triesAtMost; tries += 1) {
    const { whose, before } = await look(deps, send, once, id);
    if (whose === 'taken') return false;
    const place = householdSend(send, once, id);
    // Of an earlier attempt of this visit it is taken over; of an earlier visit it is left as it is.
    const isKept =
      whose === 'own' && (before?.key !== place.key || laterAttempt(place.attempt, before.attempt) === before.attempt);
    if (isKept || (await deps.store.householdSends.take(place, before))) return true;
  }
  return false;
}

async function look({ store }: JourneyDeps, { ref, run, key }: SendVisit, once: OncePerHousehold, id: string) {
  const before = await store.householdSends.find(id);
  const delivery = before && before.key !== key ? await store.deliveries.byKey(ref.ws, before.key) : undefined;
  const hasNotArrived = delivery !== undefined && isFinal(delivery.status) && !mayHaveArrived(delivery.status);
  return { before, whose: whosePlace(before && { ...before, hasNotArrived }, run, once, ref.now) };
}

function householdSend(send: SendVisit, { windowMs }: OncePerHousehold, _id: string): HouseholdSendDoc {
  const { ref, run, key, profile } = send;
  const subject = subjectOf(ref.ws, profile.id);
  return {
    _id,
    ws: ref.ws,
    subject,
    run: run.id,
    key,
    attempt: attemptOf(send),
    at: ref.now,
    expireAt: new Date(ref.now + windowMs),
  };
}

/** In one order for everybody, so that two who share several households meet at the first. */
async function placesOf(
  { store }: JourneyDeps,
  { ref, run, profile }: SendVisit,
  { isPerKey }: OncePerHousehold,
): Promise<string[]> {
  const keys = householdsOf(profile);
  if (keys.length === 0) return [];
  const [groups, workspace] = await Promise.all([
    store.groups.read(
      ref.ws,
      keys.map((key) => ({ type: 'household' as const, key })),
    ),
    store.workspaces.find(ref.ws),
  ]);
  const most = groupRules(workspace?.groups ?? {}).mostOf('household');
  const entry = createHash('sha256').update(run.entryKey).digest('base64url');
  return groups
    .filter(({ memberCount }) => memberCount <= most)
    .map(({ key }) => [householdSubject(ref.ws, key), run.journey, run.step, ...(isPerKey ? [entry] : [])].join('|'))
    .sort();
}

const householdsOf = ({ groups }: Pick<Profile, 'groups'>): string[] =>
  presentGroups(groups)
    .flatMap(({ type, key }) => (type === 'household' ? [key] : []))
    .sort();

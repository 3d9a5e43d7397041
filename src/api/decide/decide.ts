import { audiencesOf, publicAudiencesOf, type ToldAudiences } from '../../domain/audiences/told-audiences';
import { isPublicId } from '../../domain/events/message-id';
import { mayTellPages } from '../../domain/identity/ties';
import { meaningsOf, noSuchType, type IdentifierTypes } from '../../domain/identity/workspace-types';
import { profileId, subjectOf } from '../../domain/ids';
import { idsOf } from '../../domain/profiles/present';
import { servedMemberships } from '../../domain/profiles/served-memberships';
import type { Owned } from '../../store/identifiers';
import type { Standing } from '../../store/profiles';
import { presentInstant } from '../instant';
import { invalidRequest } from '../problem';
import { seesPersonalData } from '../personal-data';
import type { KeyCall } from '../route';
import { presentForPage, presentForServer, presentSlots, winnersFor } from './slots';
import { variablesFor } from './variables';

/** A type of identifier with the value, or `profile` with a reference. */
export interface By {
  readonly type: string;
  readonly value: string;
}

const nobody = profileId('prf_nobody');

/** Whom somebody asks about, and for which slots. */
export interface Ask {
  readonly by: By;
  readonly slots?: readonly string[] | undefined;
  /** Nobody is shown what is answered. */
  readonly isPreview?: boolean;
}

/** Public audiences of whoever has this browser or device. Nobody, and somebody of whom a page must not be told, are in none. */
export async function decideForPage(call: KeyCall, { by, ...asked }: Ask) {
  const { store } = call.deps;
  const { types } = await namingOf(call);
  const [owned, audiences] = await Promise.all([
    store.identifiers.firstOwned(call.ws, meaningsOf(types, by.type, by.value)),
    store.audiences.told(call.ws),
  ]);
  // Of nobody as much is read as of somebody: how long an answer takes does not tell whether an id is known.
  const person = await store.profiles.standing(call.ws, owned?.profile ?? nobody);
  const switchedFrom = await switchedFromOf(call, audiences);
  const isTold = owned && person && mayTellPages(person, askedBy(owned), types.isKnown);
  const keys = isTold ? publicAudiencesOf(served(person, switchedFrom), audiences) : [];
  const winners = await winnersFor(call, isTold ? person : undefined, asked);
  return { audiences: keys, ...(winners && { slots: presentSlots(winners, presentForPage) }) };
}

/** All audiences of anybody, and where their journeys stand. Nobody is in none. */
export async function decideForServer(call: KeyCall, { by, ...asked }: Ask) {
  const { store } = call.deps;
  const [person, audiences] = await Promise.all([readPerson(call, by), store.audiences.told(call.ws)]);
  if (!person) return { audiences: [], journeys: [], ...(asked.slots && { slots: {} }) };
  const keys = audiencesOf(served(person, await switchedFromOf(call, audiences)), audiences);
  const variables = await variablesFor(call, person, keys, audiences);
  const [journeys, winners] = await Promise.all([journeysOf(call, person), winnersFor(call, person, asked)]);
  const shown = winners && {
    slots: presentSlots(winners, (run) => presentForServer(run, seesPersonalData(call.principal))),
  };
  return { audiences: keys, ...variables, journeys, ...shown };
}

/** Read for anybody or for nobody, so that it tells nothing of who is asked about. */
async function switchedFromOf({ deps, ws }: KeyCall, audiences: ToldAudiences): Promise<number | undefined> {
  const isAny = [...audiences.values()].some(({ isSwitching }) => isSwitching);
  return isAny ? (await deps.store.workspaces.rulesetState(ws)).switchedFrom : undefined;
}

const served = (person: Standing, switchedFrom: number | undefined): Standing => ({
  ...person,
  memberships: servedMemberships(person, switchedFrom),
});

const askedBy = ({ identifier, messageId }: Owned) => ({ identifier, isOfPage: isPublicId(messageId) });

/** How the workspace reads identifiers: as it was at most some seconds ago, as for events. */
const namingOf = async ({ deps, ws, principal }: KeyCall) => (await deps.policies.of(ws, principal.source)).naming;

async function readPerson(call: KeyCall, { type, value }: By): Promise<Standing | undefined> {
  const { store } = call.deps;
  if (type === 'profile' && value.startsWith('prf_')) return store.profiles.standing(call.ws, profileId(value));
  const { types } = await namingOf(call);
  const named = type === 'profile' ? readReference(types, value) : { type, value };
  const owned = await store.identifiers.firstOwned(call.ws, meaningsOf(types, named.type, named.value));
  return owned && store.profiles.standing(call.ws, owned.profile);
}

/** `type:value`. Throws 400 for a type that there is not: nobody would ever be found by it. */
function readReference(types: IdentifierTypes, reference: string): By {
  const colon = reference.indexOf(':');
  const [type, value] = [reference.slice(0, colon), reference.slice(colon + 1)];
  if (colon > 0 && types.has(type)) return { type, value };
  const message = `Write prf_… or type:value, such as user_id:u1. ${noSuchType(types)}`;
  throw invalidRequest(message, [{ in: 'query', pointer: '/profile', message }]);
}

async function journeysOf({ deps, ws, now }: KeyCall, person: Standing) {
  if (person.restrictedAt !== undefined || !person.hasEnrollments) return [];
  const subjects = idsOf(person).map((id) => subjectOf(ws, id));
  const runs = await deps.store.enrollments.positions(subjects, now);
  return runs.map(({ journey, step, enteredAt }) => ({ journey, step, enteredAt: presentInstant(enteredAt) }));
}

import { channelOf } from '../../destinations/registry';
import { findBarring, suppressionsOf, type SuppressionTarget } from '../../domain/consent/suppression';
import type { ProfileId } from '../../domain/ids';
import type { Profile } from '../../domain/profiles/profile';
import type { SyncMemberDoc } from '../../store/documents';
import type { PageWork } from './sync-page';

/** By then the clock has looked at them. */
const lookAgainMs = 1_000;

/**
 * Leaves out whom the suppression lists bar though their wish does not say so: an entry about an address was saved while the fold that
 * attached it, and had read the lists before, was being written. Journeys ask the lists at a send; this is the same for audiences. The
 * clock evaluates those who are left out next, so that the wish is changed where wishes are made, and they return when the entry goes.
 */
export async function withoutBarred(page: PageWork, members: readonly SyncMemberDoc[]): Promise<SyncMemberDoc[]> {
  const { deps, pair } = page;
  const { store } = deps;
  const wanted = members.filter(({ isIn }) => isIn);
  if (wanted.length === 0 || !(await store.suppressions.hasAny(pair.ws))) return [...members];
  const ids = wanted.map(({ profile }) => profile);
  const people = await store.profiles.canonicalOf(pair.ws, ids);
  const barred = await barredOf(page, [...new Set(people.values())]);
  const isBarred = (person: Profile | undefined): boolean => person !== undefined && barred.has(person.id);
  const left = new Set(wanted.filter(({ profile }) => isBarred(people.get(profile))));
  if (left.size === 0) return [...members];
  const now = deps.clock();
  await store.profiles.makeDue(pair.ws, [...barred], now);
  await store.syncMembers.postpone([...left].map((member) => ({ ...member, nextAttemptAt: now + lookAgainMs })));
  return members.filter((member) => !left.has(member));
}

/** Ids of those among these people whom an entry keeps from this audience. */
async function barredOf(page: PageWork, people: readonly Profile[]): Promise<ReadonlySet<ProfileId>> {
  const { deps, pair } = page;
  const identifiers = people.flatMap((person) => person.identifiers);
  const list = await deps.store.suppressions.check(pair.ws, identifiers);
  if (list.size === 0) return new Set();
  const target = await targetOf(page);
  // As the fold counts: for nobody does time run backwards.
  const holding = (person: Profile) => suppressionsOf(person, list, Math.max(deps.clock(), person.evaluatedAt));
  return new Set(people.flatMap((person) => (findBarring(holding(person), target) ? person.id : [])));
}

async function targetOf({ deps, pair, connected, attachment }: PageWork): Promise<SuppressionTarget> {
  const purpose = attachment.purpose ?? connected.doc.purpose;
  const defined = purpose === undefined ? undefined : await deps.store.purposes.find(pair.ws, purpose);
  return {
    ...{ destination: pair.destination, use: attachment.use, purpose },
    channel: channelOf(connected.doc),
    isTransactional: defined?.transactional === true,
  };
}

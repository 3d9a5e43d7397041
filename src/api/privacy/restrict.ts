import { subjectsOf } from '../../domain/privacy/erase-profile';
import { omit } from '../../domain/json';
import { idsOf } from '../../domain/profiles/present';
import type { Profile } from '../../domain/profiles/profile';
import { findProfile } from '../profiles/find-profile';
import { conflict, notFound } from '../problem';
import type { KeyCall } from '../route';
import { carryOut } from '../carry-out';
import { transact } from '../transact';
import { waitUntil } from '../wait-until';

/**
 * Restricts processing of a person, or lifts that; doing it twice changes nothing. The profile is then behind the rules, so that the
 * back-fill, or their next event, brings audiences and destinations to what now holds.
 */
export async function setRestriction(call: KeyCall<{ ref: string }>, isRestricted: boolean): Promise<Profile> {
  const { deps, ws, params, now } = call;
  const { profiles, outbox } = deps.store;
  const { id } = await findProfile(deps.store, ws, params.ref);
  const { changed, owed } = await transact(deps, async (session) => {
    const profile = await profiles.canonical(ws, id, session);
    if (!profile) throw notFound('profile with this id or identifier');
    if (profile.isTest && !isRestricted) throw conflict('Who was made up to try a journey stays restricted.');
    if ((profile.restrictedAt !== undefined) === isRestricted) return { changed: profile, owed: [] };
    const restricted = isRestricted ? { ...profile, restrictedAt: now } : omit(profile, 'restrictedAt');
    const changed = { ...restricted, rulesetVersion: 0, rev: profile.rev + 1 };
    await profiles.write(ws, [{ profile: changed, readRev: profile.rev }], session);
    return { changed, owed: await outbox.add(ws, [{ kind: 'backfill' }], now, session) };
  });
  void carryOut(deps, owed);
  if (isRestricted)
    await waitUntil(
      () => deps.store.personRows.areSending(subjectsOf(ws, idsOf(changed))),
      (areSending) => !areSending,
    );
  return changed;
}

import type { WorkspaceId } from '../domain/ids';
import { presentGroups } from '../domain/groups/group';
import { idsOf } from '../domain/profiles/present';
import type { Profile } from '../domain/profiles/profile';
import type { Store } from '../store/store';
import type { StoredPerson } from './person';

/** Somebody with everything that is stored of them. */
export async function readPerson(
  store: Pick<Store, 'events' | 'groups' | 'suppressions'>,
  ws: WorkspaceId,
  profile: Profile,
): Promise<StoredPerson> {
  const refs = presentGroups(profile.groups);
  const [events, groups, suppressions] = await Promise.all([
    store.events.wholeHistory(ws, idsOf(profile)),
    refs.length === 0 ? [] : store.groups.read(ws, refs),
    store.suppressions.check(ws, profile.identifiers),
  ]);
  return { profile, events, groups, suppressions };
}

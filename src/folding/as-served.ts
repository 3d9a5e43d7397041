import type { WorkspaceId } from '../domain/ids';
import type { Profile } from '../domain/profiles/profile';
import { servedMemberships } from '../domain/profiles/served-memberships';
import type { Store } from '../store/store';

/** Somebody with the memberships that are served; only of whom something is prepared, more is read. */
export async function asServed(store: Pick<Store, 'workspaces'>, ws: WorkspaceId, profile: Profile): Promise<Profile> {
  if (!profile.prepared) return profile;
  const { switchedFrom } = await store.workspaces.rulesetState(ws);
  return { ...profile, memberships: servedMemberships(profile, switchedFrom) };
}

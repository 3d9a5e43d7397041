import { groupName, presentGroups } from '../domain/groups/group';
import { groupRules } from '../domain/groups/group-rules';
import { groupPaths, groupViews } from '../domain/groups/group-view';
import { noGroups, type GroupsOf } from '../domain/audiences/profile-view';
import type { WorkspaceId } from '../domain/ids';
import type { JsonObject } from '../domain/json';
import type { Profile } from '../domain/profiles/profile';
import type { Store } from '../store/store';

/** What rules and paths may know of somebody's groups. */
interface GroupFacts {
  readonly groups: GroupsOf;
  readonly paths: JsonObject;
}

/** Reads the person's groups; nothing, for the many who are in none. */
export async function readGroupFacts(
  store: Pick<Store, 'groups' | 'workspaces'>,
  ws: WorkspaceId,
  { groups: memberships }: Pick<Profile, 'groups'>,
  now: number,
): Promise<GroupFacts> {
  const refs = presentGroups(memberships);
  if (refs.length === 0) return { groups: noGroups, paths: {} };
  const [read, workspace] = await Promise.all([store.groups.read(ws, refs), store.workspaces.find(ws)]);
  const byName = new Map(read.map((group) => [groupName(group), group]));
  const find = (ref: (typeof refs)[number] | Parameters<typeof groupName>[0]) => byName.get(groupName(ref));
  return {
    groups: groupViews(memberships, find, groupRules(workspace?.groups ?? {})),
    paths: groupPaths(memberships, find, now),
  };
}

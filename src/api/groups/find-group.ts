import type { Group, GroupRef } from '../../domain/groups/group';
import { groupRules } from '../../domain/groups/group-rules';
import type { ProfileId } from '../../domain/ids';
import { asServed } from '../../folding/as-served';
import { notFound } from '../problem';
import { sightOf } from '../profiles/presenter';
import type { KeyCall } from '../route';
import { presentGroupMember } from './presenter';

/** Throws 404: a group is there as long as it has a member. */
export async function findGroup({ deps, ws }: KeyCall, ref: GroupRef): Promise<Group> {
  const group = await deps.store.groups.find(ws, ref);
  if (!group) throw notFound(`${ref.type} with this key; it is there as soon as somebody is a member`);
  return group;
}

/** Of how many members a group of the type is too large. */
export async function mostOf({ deps, ws }: KeyCall, type: GroupRef['type']): Promise<number> {
  return groupRules((await deps.store.workspaces.find(ws))?.groups ?? {}).mostOf(type);
}

/** The members behind these ids, in their order, as their profiles say. */
export async function readMembers(call: KeyCall, ref: GroupRef, ids: readonly ProfileId[]) {
  const { store } = call.deps;
  const read = await store.profiles.byIds(call.ws, ids);
  const served = await Promise.all(read.map((profile) => asServed(store, call.ws, profile)));
  const profiles = new Map(served.map((one) => [one.id, one]));
  return ids.flatMap((id) => {
    const profile = profiles.get(id);
    return (profile && presentGroupMember(ref, profile, sightOf(call))) ?? [];
  });
}

import type { GroupMemberWrite, GroupWrite, OutboxWork } from '../profiles/change-set';
import type { Profile } from '../profiles/profile';
import { countMember, isSameGroup, presentGroups, type Group } from './group';

/** What becomes of the groups of somebody who is erased: each has one member less, and a group with nobody left goes. */
export function leaveAll(
  { id, groups }: Pick<Profile, 'id' | 'groups'>,
  read: readonly Group[],
): { groups: GroupWrite[]; members: GroupMemberWrite[]; work: OutboxWork[] } {
  const left = presentGroups(groups);
  const remaining = read.flatMap((group) => {
    const membership = left.find((one) => isSameGroup(one, group));
    return membership ? [{ ...countMember(group, membership.holds, -1), rev: group.rev + 1 }] : [];
  });
  return {
    groups: remaining.map((group) => ({ group, readRev: group.rev - 1 })),
    members: left.map(({ type, key }) => ({ type, key, profile: id })),
    work: remaining
      .filter(({ memberCount }) => memberCount > 0)
      .map(({ type, key }) => ({ kind: 'group' as const, type, key })),
  };
}

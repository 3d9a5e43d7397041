import type { GroupView } from '../audiences/rule-view';
import type { GroupsOf } from '../audiences/profile-view';
import { own, type JsonObject } from '../json';
import { presentTraits } from '../profiles/present';
import { roleKey } from './facet-key';
import { groupTypes, presentGroups, type Group, type GroupMembership, type GroupRef } from './group';
import type { GroupRules } from './group-rules';

/** Somebody's groups as rules see them; those that are too large, or not there any more, are none. */
export function groupViews(
  memberships: readonly GroupMembership[] | undefined,
  find: (ref: GroupRef) => Group | undefined,
  { mostOf }: Pick<GroupRules, 'mostOf'>,
): GroupsOf {
  const present = presentGroups(memberships);
  return (type) =>
    present.flatMap((membership) => {
      const group = membership.type === type ? find(membership) : undefined;
      return group && group.memberCount <= mostOf(type) ? [groupView(group, membership)] : [];
    });
}

function groupView(group: Group, { role, holds }: GroupMembership): GroupView {
  return {
    trait: (key) => own(group.traits, key),
    memberCount: group.memberCount,
    ...(role !== undefined && { role }),
    membersOf: (asked) => own(group.holds, roleKey(asked)) ?? 0,
    othersHolding: (facet) => (own(group.holds, facet) ?? 0) - (holds.includes(facet) ? 1 : 0),
  };
}

/** Of each type, the group that somebody has been in for longest: the one they act for, and whose traits paths read. */
export function oldestFirst(memberships: readonly GroupMembership[] | undefined): GroupMembership[] {
  return presentGroups(memberships).sort((a, b) => a.since - b.since || (a.key < b.key ? -1 : 1));
}

/** `household.traits.…` and `account.traits.…`, as mappings and rules of journeys read them. */
export function groupPaths(
  memberships: readonly GroupMembership[] | undefined,
  find: (ref: GroupRef) => Group | undefined,
  now: number,
): JsonObject {
  const first = groupTypes.flatMap((type) => oldestFirst(memberships).find((one) => one.type === type) ?? []);
  return Object.fromEntries(
    first.flatMap((ref) => {
      const group = find(ref);
      return group ? [[ref.type, { key: group.key, traits: presentTraits(group, now) }]] : [];
    }),
  );
}

import { z } from 'zod';
import { groupMakers, isSameGroup, presentGroups, type Group, type GroupRef } from '../../domain/groups/group';
import { presentTraits, shownMemberships } from '../../domain/profiles/present';
import type { Profile } from '../../domain/profiles/profile';
import { Instant, presentInstant } from '../instant';
import { AnyObject } from '../json-schema';
import { maskObject, maskText } from '../personal-data';
import { IdentifierBody, presentIdentifiers, type Sight } from '../profiles/presenter';

export const GroupBody = z.strictObject({
  key: z.string(),
  traits: AnyObject,
  memberCount: z.int(),
  /** It has more members than the policy allows, and counts for no condition and no entry. */
  isTooLarge: z.boolean(),
  createdAt: Instant,
});

export const GroupMemberBody = z.strictObject({
  profileId: z.string(),
  role: z.string().optional(),
  since: Instant,
  by: z.enum(groupMakers).meta({ description: 'A `group` call, import or the API; or the rule of the policy' }),
  source: z.string(),
  identifiers: z.array(IdentifierBody),
  audiences: z.array(z.string()),
});

export const GroupDetailBody = GroupBody.extend({
  /** The first to join, in that order. */
  members: z.array(GroupMemberBody),
  /** Of how many of these members each audience has. */
  audiences: z.array(z.strictObject({ key: z.string(), members: z.int() })),
});

export function presentGroup(group: Group, most: number, { seesPersonalData, now }: Sight) {
  const traits = presentTraits(group, now);
  return {
    key: seesPersonalData ? group.key : maskText(group.key),
    traits: seesPersonalData ? traits : maskObject(traits),
    memberCount: group.memberCount,
    isTooLarge: group.memberCount > most,
    createdAt: presentInstant(group.createdAt),
  };
}

/** Nothing for somebody whose profile says that they are no member, or no longer. */
export function presentGroupMember(ref: GroupRef, profile: Profile, sight: Sight) {
  const membership = presentGroups(profile.groups).find((one) => isSameGroup(one, ref));
  if (!membership) return undefined;
  const { role, since, by, source } = membership;
  return {
    profileId: profile.id,
    ...(role !== undefined && { role }),
    since: presentInstant(since),
    by,
    source,
    identifiers: presentIdentifiers(profile, sight),
    audiences: shownMemberships(profile).map(([key]) => key),
  };
}

type PresentMember = NonNullable<ReturnType<typeof presentGroupMember>>;

export function presentGroupDetail(
  group: Group,
  most: number,
  { members, sight }: { members: readonly PresentMember[]; sight: Sight },
) {
  const counts = new Map<string, number>();
  for (const key of members.flatMap(({ audiences }) => audiences)) counts.set(key, (counts.get(key) ?? 0) + 1);
  return {
    ...presentGroup(group, most, sight),
    members,
    audiences: [...counts].map(([key, count]) => ({ key, members: count })).sort((a, b) => b.members - a.members),
  };
}

import { own, withKey, withoutKey } from '../json';
import type { Trait } from '../profiles/profile';

export const groupTypes = ['household', 'account'] as const;
export type GroupType = (typeof groupTypes)[number];

export interface GroupRef {
  readonly type: GroupType;
  /** As whoever sends it names the group; of one that a rule made, a keyed hash. */
  readonly key: string;
}

/** Who said that somebody is a member: a `group` call, an import or the API (`call`), or the policy by which traits are compared. */
export const groupMakers = ['call', 'rule'] as const;

/** That somebody is in a group, or, with `leftAt`, was taken out by a call, which older calls must not undo. It stands in the profile. */
export interface GroupMembership extends GroupRef {
  readonly role?: string;
  readonly since: number;
  /** When it was last said: the newest statement wins. */
  readonly at: number;
  readonly source: string;
  readonly by: (typeof groupMakers)[number];
  /** What the group counts this member for, by facet key (see `facets`). */
  readonly holds: readonly string[];
  readonly leftAt?: number;
}

/** Several people acted on as one, without being one. Nobody's for long: it goes with its last member. */
export interface Group extends GroupRef {
  readonly traits: Readonly<Record<string, Trait>>;
  readonly createdAt: number;
  readonly memberCount: number;
  /** Of how many members each facet holds; none is absent. */
  readonly holds: Readonly<Record<string, number>>;
  /** Runs of journeys that people entered as this group. */
  readonly entries: number;
  /** Counts writes; a writer that read another revision must start again. */
  readonly rev: number;
}

/** Bounds of what one profile and one group hold. */
export const groupLimits = { perProfile: 50, traits: 200, traitBytes: 32_768, roleLength: 64 } as const;

/** An event would make a group larger than it may be. The event is given up with this reason. */
export class GroupFull extends Error {
  constructor(what: string, limit: number) {
    super(`A group has at most ${limit} ${what}.`);
    this.name = 'GroupFull';
  }
}

/** Names a group in a map. */
export const groupName = ({ type, key }: GroupRef): string => `${type}:${key}`;

export const isSameGroup = (one: GroupRef, other: GroupRef): boolean =>
  one.type === other.type && one.key === other.key;

export const newGroup = ({ type, key }: GroupRef, createdAt: number): Group => ({
  ...{ type, key, createdAt, traits: {}, memberCount: 0, holds: {}, entries: 0, rev: 0 },
});

/** Those that somebody is in, without those they were taken out of. */
export const presentGroups = (groups: readonly GroupMembership[] = []): GroupMembership[] =>
  groups.filter(({ leftAt }) => leftAt === undefined);

/** The group with one member more or less, who is counted for `holds`. */
export function countMember(group: Group, holds: readonly string[], by: 1 | -1): Group {
  return { ...recount(group, holds, by), memberCount: group.memberCount + by };
}

/** The group with one of its members counted for these, or no longer. */
export function recount(group: Group, keys: readonly string[], by: 1 | -1): Group {
  const holds = keys.reduce<Group['holds']>((counts, key) => {
    const count = (own(counts, key) ?? 0) + by;
    return count > 0 ? withKey(counts, key, count) : withoutKey(counts, key);
  }, group.holds);
  return { ...group, holds };
}

import type { GroupsOf } from '../../audiences/profile-view';
import { effectiveAt, type Event } from '../../events/event';
import { roleKey } from '../../groups/facet-key';
import type { Facet } from '../../groups/facets';
import {
  countMember,
  GroupFull,
  groupLimits,
  groupName,
  isSameGroup,
  presentGroups,
  recount,
  type Group,
  type GroupMembership,
  type GroupRef,
  type GroupType,
} from '../../groups/group';
import { groupViews, oldestFirst } from '../../groups/group-view';
import { ruleMadeGroups } from '../../groups/group-rules';
import { readGroupCall, type GroupCall } from '../../groups/read-group-call';
import { omit, own } from '../../json';
import { presentTraits } from '../present';
import type { Profile } from '../profile';
import { ProfileFull } from '../profile-limits';
import { writeTraits } from '../write-traits';
import type { OpenProfile } from './open-profile';
import type { WorkspaceFold } from './workspace-fold';

/** What a `group` call says: who belongs to what, and the traits of that. Those of public keys count where the policy takes them. */
export function heedGroupCall(fold: WorkspaceFold, open: OpenProfile, event: Event): void {
  const call = readGroupCall(event);
  if (!call || !(event.isTrusted || fold.input.ruleset.groups.takesPublic(call.type))) return;
  const at = effectiveAt(event);
  const before = membershipOf(open, call);
  if (before === undefined || before.at <= at) state(fold, open, call, { before, at, source: event.source });
  const isIn = membershipOf(open, call)?.leftAt === undefined && membershipOf(open, call) !== undefined;
  if (isIn && Object.keys(event.traits).length > 0) writeGroupTraits(fold, call, event);
}

function state(
  fold: WorkspaceFold,
  open: OpenProfile,
  { type, key, role, isLeaving }: GroupCall,
  { before, at, source }: { before: GroupMembership | undefined; at: number; source: string },
): void {
  const isIn = before !== undefined && before.leftAt === undefined;
  const since = isIn ? before.since : at;
  const stated = { type, key, since, at, source, by: 'call' as const, holds: isIn ? before.holds : [] };
  const present = role ?? (isIn ? before.role : undefined);
  if (!isLeaving)
    return isIn
      ? replace(open, { ...stated, ...roleOf(present) })
      : join(fold, open, { ...stated, ...roleOf(present) });
  if (isIn) leaveGroup(fold, open, before);
  remember(open, { ...stated, holds: [], leftAt: at });
}

const roleOf = (role: string | undefined): Pick<GroupMembership, 'role'> => (role === undefined ? {} : { role });

function writeGroupTraits(fold: WorkspaceFold, ref: GroupRef, event: Event): void {
  change(fold, ref, (group) => {
    const { facts } = writeTraits(group.traits, { ...event, traitExpiry: {}, at: effectiveAt(event) });
    if (Object.keys(facts).length > groupLimits.traits) throw new GroupFull('traits', groupLimits.traits);
    if (JSON.stringify(facts).length > groupLimits.traitBytes)
      throw new GroupFull('bytes of traits', groupLimits.traitBytes);
    return { ...group, traits: facts };
  });
}

/** Brings the groups that the policy makes of somebody's traits up to what these are now. */
export function bringRuleMade(fold: WorkspaceFold, open: OpenProfile, now: number): void {
  const { ruleset, makeGroupKey } = fold.input;
  const mine = presentGroups(open.profile.groups);
  if (ruleset.groups.ways.length === 0 && !mine.some(({ by }) => by === 'rule')) return;
  const made = ruleMadeGroups(ruleset.groups, presentTraits(open.profile, now));
  const wanted = made.map((one): GroupRef => ({ type: one.type, key: makeGroupKey(one) }));
  for (const membership of mine)
    if (membership.by === 'rule' && !wanted.some((ref) => isSameGroup(ref, membership)))
      leaveGroup(fold, open, membership);
  for (const { type, key } of wanted)
    // Whoever was taken out by hand stays out.
    if (!membershipOf(open, { type, key }))
      join(fold, open, { type, key, since: now, at: now, source: 'policy', by: 'rule', holds: [] });
}

/** When a trait that makes a group ceases to be so by itself. */
export function nextRegrouping(fold: WorkspaceFold, { traits }: Profile, now: number): number | undefined {
  const ends = [...fold.input.ruleset.groups.traits].flatMap((name) => own(traits, name)?.expiresAt ?? []);
  const later = ends.filter((at) => at > now);
  return later.length === 0 ? undefined : Math.min(...later);
}

/** The survivor of a merge is in every group of both, and the absorbed in none. */
export function uniteGroups(fold: WorkspaceFold, survivor: OpenProfile, absorbed: OpenProfile): void {
  const theirs = absorbed.profile.groups ?? [];
  for (const membership of presentGroups(theirs)) leaveGroup(fold, absorbed, membership);
  absorbed.profile = omit(absorbed.profile, 'groups');
  for (const other of theirs) {
    const own = membershipOf(survivor, other);
    const isNewer = own === undefined || other.at > own.at;
    if (own && own.leftAt === undefined && other.leftAt === undefined)
      replace(survivor, { ...(isNewer ? other : own), since: Math.min(own.since, other.since), holds: own.holds });
    else if (isNewer) become(fold, survivor, own, other);
  }
}

/** Puts somebody who is in no group into those they were in, and out of those they were taken out of. */
export function restoreGroups(fold: WorkspaceFold, open: OpenProfile, groups: readonly GroupMembership[]): void {
  for (const membership of groups)
    if (membership.leftAt === undefined) join(fold, open, { ...membership, holds: [] });
    else remember(open, membership);
}

/** Of a survivor who was out, or in what the absorbed was taken out of later. */
function become(
  fold: WorkspaceFold,
  survivor: OpenProfile,
  own: GroupMembership | undefined,
  other: GroupMembership,
): void {
  if (other.leftAt === undefined) return join(fold, survivor, { ...other, holds: [] });
  if (own) leaveGroup(fold, survivor, own);
  remember(survivor, other);
}

export function leaveGroup(fold: WorkspaceFold, open: OpenProfile, membership: GroupMembership): void {
  change(fold, membership, (group) => countMember(group, membership.holds, -1));
  const others = (open.profile.groups ?? []).filter((one) => !isSameGroup(one, membership));
  open.profile = others.length === 0 ? omit(open.profile, 'groups') : { ...open.profile, groups: others };
  open.isTouched = true;
}

function join(fold: WorkspaceFold, open: OpenProfile, membership: GroupMembership): void {
  const { perProfile } = groupLimits;
  if (presentGroups(open.profile.groups).length >= perProfile) throw new ProfileFull('groups', perProfile);
  change(fold, membership, (group) => countMember(group, membership.holds, 1));
  replace(open, membership);
}

/** Keeps that somebody was taken out, of not more groups than one can be in: the oldest are forgotten. */
function remember(open: OpenProfile, left: GroupMembership): void {
  replace(open, left);
  const groups = open.profile.groups ?? [];
  const [oldest, ...kept] = groups.filter(({ leftAt }) => leftAt !== undefined).sort((a, b) => a.at - b.at);
  if (kept.length >= groupLimits.perProfile)
    open.profile = { ...open.profile, groups: groups.filter((one) => one !== oldest) };
}

function replace(open: OpenProfile, membership: GroupMembership): void {
  const others = (open.profile.groups ?? []).filter((one) => !isSameGroup(one, membership));
  open.profile = { ...open.profile, groups: [...others, membership] };
  open.isTouched = true;
}

const membershipOf = ({ profile }: OpenProfile, ref: GroupRef): GroupMembership | undefined =>
  profile.groups?.find((one) => isSameGroup(one, ref));

function change(fold: WorkspaceFold, ref: GroupRef, to: (group: Group) => Group): void {
  const open = fold.group(ref);
  open.group = to(open.group);
  const { upgradesFrom } = fold;
  if (upgradesFrom !== undefined) open.behind = Math.min(open.behind ?? Infinity, upgradesFrom);
}

/** Somebody's groups as rules see them. */
export function groupsOf(fold: WorkspaceFold, { groups }: Pick<Profile, 'groups'>): GroupsOf {
  return groupViews(groups, (ref) => fold.group(ref).group, fold.input.ruleset.groups);
}

const isTooLarge = ({ input }: WorkspaceFold, { type, memberCount }: Group): boolean =>
  memberCount > input.ruleset.groups.mostOf(type);

/** Whether a facet holds of the person, at the instant of the evaluation. */
export type AskFacet = (facet: Facet) => boolean;

/** Has each of the person's groups count them for what holds of them now. */
export function countFacets(fold: WorkspaceFold, open: OpenProfile, ask: AskFacet): void {
  const { facets } = fold.input.ruleset.asked;
  for (const membership of presentGroups(open.profile.groups)) {
    const holds = holdsOf(membership, facets, ask);
    const gained = holds.filter((key) => !membership.holds.includes(key));
    const lost = membership.holds.filter((key) => !holds.includes(key));
    if (gained.length + lost.length === 0) continue;
    change(fold, membership, (group) => recount(recount(group, gained, 1), lost, -1));
    replace(open, { ...membership, holds });
  }
}

function holdsOf({ type, role }: GroupMembership, facets: readonly Facet[], ask: AskFacet): string[] {
  const asked = facets.filter((facet) => facet.type === type);
  const roles = asked.some((facet) => role !== undefined && facet.role === role) ? [roleKey(role as string)] : [];
  const isOne = (facet: Facet): boolean => facet.role === undefined || facet.role === role;
  return [...roles, ...asked.filter((facet) => isOne(facet) && ask(facet)).map(({ key }) => key)].sort();
}

/** Groups that the events name, and those that people are in: what is read before a fold. */
export function groupsNamed(events: readonly Event[], profiles: readonly Profile[]): GroupRef[] {
  const called = events.flatMap((event) => readGroupCall(event) ?? []);
  const held = profiles.flatMap(({ groups }) => presentGroups(groups));
  const refs = [...called, ...held].map(({ type, key }): [string, GroupRef] => [
    groupName({ type, key }),
    { type, key },
  ]);
  return [...new Map(refs).values()];
}

/** Of a type, the one that somebody has been in for longest, unless it is too large: the one they act for. */
export function actsFor(fold: WorkspaceFold, { groups }: Profile, type: GroupType): Group | undefined {
  const first = oldestFirst(groups).find((one) => one.type === type && !isTooLarge(fold, fold.group(one).group));
  return first && fold.group(first).group;
}

/** Two people who enter for their household at one time both write it, so that one of them reads again, and finds the other's run. */
export function countEntry(fold: WorkspaceFold, ref: GroupRef): void {
  change(fold, ref, (group) => ({ ...group, entries: group.entries + 1 }));
}

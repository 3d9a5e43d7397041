import type { GroupsOf } from '../../audiences/profile-view';
import { effectiveAt, type Event } from '../../events/event';
import { roleKey } from '../../groups/facet-key';
import { answersOf, type Facet } from '../../groups/facets';
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
import { ruleMadeGroups, type GroupRules } from '../../groups/group-rules';
import { afterCall, unitedGroups } from '../../groups/memberships';
import { readGroupCall, type GroupCall } from '../../groups/read-group-call';
import { omit, own } from '../../json';
import { presentTraits } from '../present';
import type { Profile } from '../profile';
import { ProfileFull } from '../profile-limits';
import { writeTraits } from '../write-traits';
import type { OpenProfile } from './open-profile';
import type { WorkspaceFold } from './workspace-fold';

/** What a `group` call says: who belongs to what, and the traits of that. */
export function heedGroupCall(fold: WorkspaceFold, open: OpenProfile, event: Event): void {
  const call = countedCall(event, fold.input.ruleset.groups);
  if (!call) return;
  moveTo(fold, open, afterCall(open.profile.groups ?? [], call, { at: effectiveAt(event), source: event.source }));
  stateTraits(fold, open, call, event);
}

/** What a call says of a group is said by whoever is in it. */
export function stateTraits(fold: WorkspaceFold, open: OpenProfile, ref: GroupRef, event: Event): void {
  const isIn = presentGroups(open.profile.groups).some((one) => isSameGroup(one, ref));
  if (isIn && Object.keys(event.traits).length > 0) writeGroupTraits(fold, ref, event);
}

/** Those of public keys count where the policy takes them. */
export function countedCall(event: Event, rules: Pick<GroupRules, 'takesPublic'>): GroupCall | undefined {
  const call = readGroupCall(event);
  return call && (event.isTrusted || rules.takesPublic(call.type)) ? call : undefined;
}

function writeGroupTraits(fold: WorkspaceFold, ref: GroupRef, event: Event): void {
  change(fold, ref, (group) => {
    const { facts } = writeTraits(group.traits, { ...event, traitExpiry: {}, at: effectiveAt(event) });
    if (Object.keys(facts).length > groupLimits.traits) throw new GroupFull('traits', groupLimits.traits);
    if (JSON.stringify(facts).length > groupLimits.traitBytes)
      throw new GroupFull('bytes of traits', groupLimits.traitBytes);
    return { ...group, traits: facts };
  });
}

/**
 * Brings the groups that the policy makes of somebody's traits up to what these are now. Whoever was taken out by hand stays out, and for
 * somebody who is in as many groups as one can be there are no more: no event is given up for what a rule says.
 */
export function bringRuleMade(fold: WorkspaceFold, open: OpenProfile, now: number): void {
  const { ruleset, makeGroupKey } = fold.input;
  const groups = open.profile.groups ?? [];
  if (ruleset.groups.ways.length === 0 && !presentGroups(groups).some(({ by }) => by === 'rule')) return;
  const made = ruleMadeGroups(ruleset.groups, presentTraits(open.profile, now));
  const wanted = made.map((one): GroupRef => ({ type: one.type, key: makeGroupKey(one) }));
  const isWanted = (one: GroupMembership): boolean => wanted.some((ref) => isSameGroup(ref, one));
  const kept = groups.filter((one) => one.by !== 'rule' || one.leftAt !== undefined || isWanted(one));
  const room = Math.max(groupLimits.perProfile - presentGroups(kept).length, 0);
  const isNew = (ref: GroupRef, index: number): boolean =>
    wanted.findIndex((one) => isSameGroup(one, ref)) === index && !kept.some((one) => isSameGroup(one, ref));
  const joined = wanted
    .filter(isNew)
    .slice(0, room)
    .map((ref): GroupMembership => ({ ...ref, since: now, at: now, source: 'policy', by: 'rule', holds: [] }));
  if (joined.length > 0 || kept.length < groups.length) moveTo(fold, open, [...kept, ...joined]);
}

/** When a trait that makes a group ceases to be so by itself. */
export function nextRegrouping(fold: WorkspaceFold, { traits }: Profile, now: number): number | undefined {
  const ends = [...fold.input.ruleset.groups.traits].flatMap((name) => own(traits, name)?.expiresAt ?? []);
  const later = ends.filter((at) => at > now);
  return later.length === 0 ? undefined : Math.min(...later);
}

/** The survivor of a merge is in every group of both, and the absorbed in none. */
export function uniteGroups(fold: WorkspaceFold, survivor: OpenProfile, absorbed: OpenProfile): void {
  const theirs = absorbed.profile.groups;
  if (!theirs) return;
  moveTo(fold, absorbed, []);
  moveTo(fold, survivor, unitedGroups(survivor.profile.groups ?? [], theirs));
}

/** Has somebody be in these groups, and their members counted: each one less where they are no more, and one more where they are now. */
export function moveTo(fold: WorkspaceFold, open: OpenProfile, groups: readonly GroupMembership[]): void {
  if (groups === open.profile.groups) return;
  const [before, after] = [presentGroups(open.profile.groups), presentGroups(groups)];
  const without = (some: readonly GroupMembership[], others: readonly GroupMembership[]) =>
    some.filter((one) => !others.some((other) => isSameGroup(one, other)));
  const joined = without(after, before);
  if (joined.length > 0 && after.length > groupLimits.perProfile)
    throw new ProfileFull('groups', groupLimits.perProfile);
  for (const one of without(before, after)) change(fold, one, (group) => countMember(group, one.holds, -1));
  for (const one of joined) change(fold, one, (group) => countMember(group, one.holds, 1));
  open.profile = groups.length === 0 ? omit(open.profile, 'groups') : { ...open.profile, groups };
  open.isTouched = true;
}

function replace(open: OpenProfile, membership: GroupMembership): void {
  const others = (open.profile.groups ?? []).filter((one) => !isSameGroup(one, membership));
  open.profile = { ...open.profile, groups: [...others, membership] };
  open.isTouched = true;
}

function change(fold: WorkspaceFold, ref: GroupRef, to: (group: Group) => Group): void {
  const open = fold.group(ref);
  const { asked, groups } = fold.input.ruleset;
  const answers = (group: Group): string => answersOf(group, asked, groups.mostOf(group.type));
  const next = to(open.group);
  open.hasNews ||= answers(next) !== answers(open.group);
  open.group = next;
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

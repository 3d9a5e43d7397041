import { armsField, uniteArms } from '../audiences/holdout';
import { effectiveAt, type Event } from '../events/event';
import { exposuresField, uniteExposures } from '../journeys/exposure';
import { isSameGroup, type GroupMembership } from '../groups/group';
import { afterCall, unitedGroups } from '../groups/memberships';
import type { GroupCall } from '../groups/read-group-call';
import type { Merge } from './change-set';
import { sequence, type Unmerge } from './unmerge-facts';
import { idsOf } from './present';
import type { Profile } from './profile';
import type { Replaced } from './replaced';

type Groups = readonly GroupMembership[];

/** What a profile is beside what it states: whom it is kept apart from, whether it is anybody's, whether it is processed, its groups, its arms in holdouts, and its variants. */
type Standing = Pick<Profile, 'apart' | 'isShared' | 'restrictedAt' | 'holdouts' | 'experiments'> & {
  readonly groups: Groups;
};

/** Reads of an event what it says of a group, if that counts. */
type ReadCall = (event: Event) => GroupCall | undefined;

/** What the survivor is without the absorbed, and was before each of the later merges. */
export interface StandingLeft {
  readonly standing: Standing;
  readonly later: readonly Pick<Replaced, keyof Standing>[];
}

/** Lives through what has happened to the survivor since: its own calls and later merges. */
export function standingLeft(survivor: Profile, read: Unmerge, readCall: ReadCall): StandingLeft {
  const { replaced, absorbedProfile, absorbed } = read.merge;
  let lived: Standing = { groups: [], ...pick(replaced) };
  const before = new Map<Merge, Standing>();
  for (const happened of sequence(read)) {
    if ('seq' in happened) lived = { ...lived, groups: called(lived.groups, happened, readCall) };
    else {
      const restricted = restrictedSince(lived, happened, absorbedProfile);
      const known = { ...lived, ...restricted, ...givenSince(lived, happened.replaced, absorbedProfile) };
      before.set(happened, known);
      lived = unite(known, happened.absorbedProfile);
    }
  }
  const gone = new Set(idsOf(absorbedProfile));
  const ofAbsorbed = new Set(absorbedProfile.apart);
  const others = (survivor.apart ?? []).filter((id) => !ofAbsorbed.has(id));
  const own = new Set([survivor.id, ...survivor.lineage.filter((id) => !gone.has(id))]);
  const apart = [...(lived.apart ?? []), ...others, absorbed].filter((id) => !own.has(id));
  const standing = {
    ...lived,
    ...givenSince(lived, survivor, absorbedProfile),
    apart: [...new Set(apart)],
    groups: withUnexplained(lived.groups, survivor, read, readCall),
  };
  return { standing, later: read.later.map((merge) => before.get(merge) ?? {}) };
}

/** The groups that the absorbed was in, and those that its own events have said since. */
export const groupsOfAbsorbed = ({ merge, division }: Unmerge, readCall: ReadCall): Groups =>
  division.mine.reduce((groups, event) => called(groups, event, readCall), counted(merge.absorbedProfile.groups));

/** Nobody counts somebody who is not there yet. */
const counted = (groups: Groups = []): Groups => groups.map((one) => ({ ...one, holds: [] }));

function called(groups: Groups, event: Event, readCall: ReadCall): Groups {
  const call = readCall(event);
  return call ? afterCall(groups, call, { at: effectiveAt(event), source: event.source }) : groups;
}

function pick({ apart, isShared, restrictedAt, groups, holdouts, experiments }: Replaced): Partial<Standing> {
  return {
    ...(apart && { apart }),
    ...(isShared && { isShared }),
    ...(restrictedAt !== undefined && { restrictedAt }),
    ...(groups && { groups }),
    ...(holdouts && { holdouts }),
    ...(experiments && { experiments }),
  };
}

/** By a later merge it was restricted; of that nobody but the absorbed can have been the reason where it was before. */
function restrictedSince({ restrictedAt }: Standing, later: Merge, absorbed: Profile): Partial<Standing> {
  const found = later.replaced.restrictedAt;
  return restrictedAt === undefined && found !== undefined && absorbed.restrictedAt === undefined
    ? { restrictedAt: found }
    : {};
}

/** Arms and variants given since, as the survivor has them by then: what the absorbed had is not theirs. */
function givenSince(lived: Standing, then: Pick<Replaced, 'holdouts' | 'experiments'>, absorbed: Profile) {
  return {
    ...armsField(since(lived.holdouts, then.holdouts, absorbed.holdouts)),
    ...exposuresField(since(lived.experiments, then.experiments, absorbed.experiments)),
  };
}

type ByKey<Given> = Readonly<Record<string, Given>>;

function since<Given>(lived: ByKey<Given> = {}, then: ByKey<Given> = {}, theirs: ByKey<Given> = {}): ByKey<Given> {
  const given = Object.entries(then).filter(([key]) => !Object.hasOwn(theirs, key));
  return { ...Object.fromEntries(given), ...lived };
}

function unite(one: Standing, absorbed: Profile): Standing {
  const apart = [...(one.apart ?? []), ...(absorbed.apart ?? [])];
  const restricted = [one, absorbed].flatMap(({ restrictedAt }) => restrictedAt ?? []);
  return {
    groups: unitedGroups(one.groups, absorbed.groups ?? []),
    ...(apart.length > 0 && { apart }),
    ...armsField(uniteArms(one.holdouts, absorbed.holdouts)),
    ...exposuresField(uniteExposures(one.experiments, absorbed.experiments)),
    ...(one.isShared && absorbed.isShared && { isShared: true }),
    ...(restricted.length > 0 && { restrictedAt: Math.min(...restricted) }),
  };
}

/** What nobody can say any more who stated it stays, as does what a rule says of the survivor. */
function withUnexplained(lived: Groups, { groups = [] }: Profile, read: Unmerge, readCall: ReadCall): Groups {
  const { merge, later, division } = read;
  const calls = [...division.mine, ...division.rest].flatMap((event) => called([], event, readCall));
  const merged = [merge, ...later].flatMap(({ absorbedProfile }) => absorbedProfile.groups ?? []);
  const known = [...(merge.replaced.groups ?? []), ...merged, ...calls];
  const isKnown = (one: GroupMembership): boolean =>
    known.some((other) => isSameGroup(one, other) && one.at === other.at);
  const holdsOf = (one: GroupMembership): GroupMembership['holds'] =>
    one.leftAt === undefined
      ? (groups.find((other) => isSameGroup(one, other) && other.leftAt === undefined)?.holds ?? [])
      : [];
  return unitedGroups(
    lived,
    groups.filter((one) => !isKnown(one)),
  ).map((one) => ({ ...one, holds: holdsOf(one) }));
}

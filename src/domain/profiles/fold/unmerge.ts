import { effectiveAt, type Event, type Identifier } from '../../events/event';
import { isSameGroup, presentGroups, type GroupMembership } from '../../groups/group';
import { readGroupCall } from '../../groups/read-group-call';
import { identifierName } from '../../identity/identifier-types';
import { splitEnrollments } from '../../journeys/split-enrollments';
import { omit } from '../../json';
import { factsLeft, factsOfAbsorbed, type Unmerge } from '../unmerge-facts';
import { idsOf } from '../present';
import type { Profile } from '../profile';
import { completeStates, evaluateProfile, regroup } from './evaluate-profile';
import { heedGroupCall, leaveGroup, restoreGroups } from './fold-groups';
import { nextSeq, openProfile, type OpenProfile } from './open-profile';
import type { WorkspaceFold } from './workspace-fold';

/**
 * Makes two people again of one, as if they had never merged: each has its identifiers, what it stated itself, its events and what follows
 * from them. Both are evaluated anew, destinations hear of it, and nothing ties the two again unless somebody says so. Does nothing
 * where either would be left without an identifier.
 */
export function unmerge(fold: WorkspaceFold, survivor: OpenProfile, event: Event, read: Unmerge): void {
  const { merge, division } = read;
  const isOf = (known: Identifier): boolean => division.identifiers.has(identifierName(known));
  const mine = survivor.profile.identifiers.filter(isOf);
  const theirs = survivor.profile.identifiers.filter((known) => !isOf(known));
  if (mine.length === 0 || theirs.length === 0) return;
  const absorbed = reopen(fold, survivor.profile, read, mine);
  for (const { firstSeenAt, ...identifier } of mine) fold.follow(identifier, merge.absorbed, firstSeenAt);
  survivor.profile = { ...left(fold, survivor.profile, read), identifiers: theirs };
  nextSeq(survivor);
  fold.mergeChanges.push({
    merge,
    undone: { at: fold.input.now, messageId: event.messageId, source: event.source },
  });
  splitRuns(fold, read, absorbed.profile);
  divideGroups(fold, survivor, absorbed, read);
  for (const open of [survivor, absorbed]) {
    Object.assign(open, { hasNewIdentifiers: true, hasNewConsent: true, causedAt: event.receivedAt });
    regroup(fold, open);
    if (completeStates(fold, open)) evaluateProfile(fold, open, 'unmerge');
  }
}

/** The absorbed, living again. */
function reopen(
  fold: WorkspaceFold,
  survivor: Profile,
  read: Unmerge,
  identifiers: Profile['identifiers'],
): OpenProfile {
  const { merge, tombstone, lastSeq } = read;
  const { absorbedProfile: before, replaced } = merge;
  const open = openProfile(tombstone);
  open.profile = {
    ...omit(before, 'nextCheckAt', 'checks', 'restrictedAt', 'groups'),
    rev: tombstone.rev,
    seq: Math.max(tombstone.seq, lastSeq),
    edgeCounts: tombstone.edgeCounts,
    evaluatedAt: tombstone.evaluatedAt,
    identifiers,
    ...factsOfAbsorbed(read, fold.input.ruleset),
    memberships: {},
    states: {},
    hasEnrollments: survivor.hasEnrollments,
    apart: [...new Set([...(before.apart ?? []), survivor.id])],
    ...restriction(survivor, before.restrictedAt, replaced.restrictedAt),
  };
  nextSeq(open);
  fold.point(before.lineage, merge.absorbed);
  fold.opened.set(merge.absorbed, open);
  return open;
}

/** The survivor without what it has of the absorbed alone. */
function left(fold: WorkspaceFold, survivor: Profile, read: Unmerge): Profile {
  const { absorbedProfile, absorbed, replaced } = read.merge;
  const { later, ...facts } = factsLeft(survivor, read, fold.input.ruleset);
  const accounts = read.later.flatMap((merge, index) => {
    const account = later[index];
    return account ? [{ merge, replaced: account }] : [];
  });
  fold.mergeChanges.push(...accounts);
  const gone = new Set(idsOf(absorbedProfile));
  return {
    ...omit(survivor, 'restrictedAt'),
    ...facts,
    lineage: survivor.lineage.filter((id) => !gone.has(id)),
    states: {},
    apart: [...new Set([...(survivor.apart ?? []), absorbed])],
    ...restriction(survivor, replaced.restrictedAt, absorbedProfile.restrictedAt),
  };
}

/** Who was restricted stays so while the one profile is; and both are where that was said of the two together. */
function restriction({ restrictedAt }: Profile, own: number | undefined, other: number | undefined) {
  return restrictedAt !== undefined && (own !== undefined || other === undefined) ? { restrictedAt } : {};
}

/** Each is in the groups it was in, and in those that its own events have said since. */
function divideGroups(
  fold: WorkspaceFold,
  survivor: OpenProfile,
  absorbed: OpenProfile,
  { merge, division }: Unmerge,
): void {
  const brought = merge.absorbedProfile.groups ?? [];
  const since = division.mine.flatMap((event) => {
    const call = readGroupCall(event);
    return call ? [{ ...call, at: effectiveAt(event) }] : [];
  });
  const isTheirs = (one: GroupMembership): boolean =>
    [...brought, ...since].some((other) => isSameGroup(one, other) && one.at === other.at);
  const stated = (survivor.profile.groups ?? []).filter((one) => !isTheirs(one));
  const had = (merge.replaced.groups ?? []).filter((one) => !stated.some((other) => isSameGroup(one, other)));
  for (const one of presentGroups(survivor.profile.groups)) leaveGroup(fold, survivor, one);
  survivor.profile = omit(survivor.profile, 'groups');
  restoreGroups(fold, survivor, [...had, ...stated]);
  restoreGroups(fold, absorbed, brought);
  for (const event of division.mine) heedGroupCall(fold, absorbed, event);
}

/** Runs that the absorbed had go on as its own, and so do those that its events began since. */
function splitRuns(fold: WorkspaceFold, { merge, division }: Unmerge, { id, seq }: Profile): void {
  const moved = new Set<string>(merge.movedRuns);
  const began = new Set(division.mine.map(({ messageId }) => messageId));
  const runs = fold
    .runsOf(merge.survivor)
    .map(({ enrollment }) => enrollment)
    .filter((run) => moved.has(run.id) || (run.entry.messageId !== undefined && began.has(run.entry.messageId)));
  for (const run of splitEnrollments(fold.input.ws, { id, seq }, runs, fold.input.now)) fold.changeRun(run);
}

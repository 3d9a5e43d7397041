import type { Event, Identifier } from '../../events/event';
import { identifierName } from '../../identity/identifier-types';
import { onlyTied } from '../../identity/ties';
import { splitEnrollments } from '../../journeys/split-enrollments';
import { exposuresField } from '../../journeys/exposure';
import { armsField } from '../../audiences/holdout';
import { omit } from '../../json';
import { factsLeft, factsOfAbsorbed, type Unmerge } from '../unmerge-facts';
import { idsOf } from '../present';
import type { Profile } from '../profile';
import { groupsOfAbsorbed, standingLeft, type StandingLeft } from '../unmerge-standing';
import { completeStates, evaluateProfile, regroup } from './evaluate-profile';
import { countedCall, moveTo, stateTraits } from './fold-groups';
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
  const { isKnown } = fold.input.ruleset.identity;
  const mine = onlyTied(survivor.profile.identifiers.filter(isOf), isKnown);
  const theirs = onlyTied(
    survivor.profile.identifiers.filter((known) => !isOf(known)),
    isKnown,
  );
  if (mine.length === 0 || theirs.length === 0) return;
  const { standing, later } = standingLeft(survivor.profile, read, callsIn(fold));
  const absorbed = reopen(fold, survivor.profile, { read, standing }, mine);
  for (const { firstSeenAt, ...identifier } of mine) fold.follow(identifier, merge.absorbed, firstSeenAt);
  survivor.profile = { ...left(fold, survivor.profile, read, { standing, later }), identifiers: theirs };
  nextSeq(survivor);
  fold.mergeChanges.push({
    merge,
    undone: { at: fold.input.now, messageId: event.messageId, source: event.source },
  });
  splitRuns(fold, read, absorbed.profile);
  divideGroups(fold, survivor, absorbed, { read, standing });
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
  { read, standing }: { readonly read: Unmerge; readonly standing: StandingLeft['standing'] },
  identifiers: Profile['identifiers'],
): OpenProfile {
  const { merge, tombstone, lastSeq } = read;
  const { absorbedProfile: before } = merge;
  const open = openProfile(tombstone);
  open.profile = {
    ...omit(before, 'nextCheckAt', 'checks', 'restrictedAt', 'groups', 'lists', 'prepared'),
    rev: tombstone.rev,
    // Whoever may not be sent was wished away under the ids of the absorbed too, as often as the survivor changed at most.
    seq: Math.max(tombstone.seq + survivor.seq, lastSeq),
    edgeCounts: tombstone.edgeCounts,
    evaluatedAt: tombstone.evaluatedAt,
    identifiers,
    ...factsOfAbsorbed(read, fold.input.ruleset),
    memberships: {},
    states: {},
    hasEnrollments: survivor.hasEnrollments,
    apart: [...new Set([...(before.apart ?? []), survivor.id])],
    ...restriction(survivor, before.restrictedAt, standing.restrictedAt),
  };
  nextSeq(open);
  fold.point(before.lineage, merge.absorbed);
  fold.opened.set(merge.absorbed, open);
  return open;
}

/** The survivor without what it has of the absorbed alone. */
function left(fold: WorkspaceFold, survivor: Profile, read: Unmerge, { standing, later }: StandingLeft): Profile {
  const { absorbedProfile } = read.merge;
  const { later: facts, ...left } = factsLeft(survivor, read, fold.input.ruleset);
  const accounts = read.later.flatMap((merge, index) => {
    const account = facts[index];
    const before = omit(
      account ?? merge.replaced,
      'apart',
      'isShared',
      'restrictedAt',
      'groups',
      'holdouts',
      'experiments',
    );
    return account ? [{ merge, replaced: { ...before, ...later[index] } }] : [];
  });
  fold.mergeChanges.push(...accounts);
  const gone = new Set(idsOf(absorbedProfile));
  return {
    ...omit(survivor, 'restrictedAt', 'lists', 'holdouts', 'experiments'),
    ...left,
    ...armsField(standing.holdouts),
    ...exposuresField(standing.experiments),
    lineage: survivor.lineage.filter((id) => !gone.has(id)),
    states: {},
    ...(standing.apart && { apart: standing.apart }),
    ...(standing.isShared && { isShared: standing.isShared }),
    ...restriction(survivor, standing.restrictedAt, absorbedProfile.restrictedAt),
  };
}

/** Who was restricted stays so while the one profile is; and both are where that was said of the two together. */
function restriction({ restrictedAt }: Profile, own: number | undefined, other: number | undefined) {
  return restrictedAt !== undefined && (own !== undefined || other === undefined) ? { restrictedAt } : {};
}

/** Each is in the groups it was in, and in those that its own events have said since; these also said what a group is. */
function divideGroups(
  fold: WorkspaceFold,
  survivor: OpenProfile,
  absorbed: OpenProfile,
  { read, standing }: { readonly read: Unmerge; readonly standing: StandingLeft['standing'] },
): void {
  const readCall = callsIn(fold);
  moveTo(fold, survivor, standing.groups);
  moveTo(fold, absorbed, groupsOfAbsorbed(read, readCall));
  for (const event of read.division.mine) {
    const call = readCall(event);
    if (call) stateTraits(fold, absorbed, call, event);
  }
}

const callsIn =
  ({ input }: WorkspaceFold) =>
  (event: Event) =>
    countedCall(event, input.ruleset.groups);

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

import { combine } from '../../audiences/behaviour/behaviour';
import { armsField, uniteArms } from '../../audiences/holdout';
import type { Event } from '../../events/event';
import { isKnown } from '../../identity/resolve-identity';
import type { EnrollmentId } from '../../ids';
import { isInside } from '../../journeys/enrollment';
import { exposuresField, uniteExposures } from '../../journeys/exposure';
import { mergeEnrollments } from '../../journeys/merge-enrollments';
import { omit } from '../../json';
import { asHeld, unionLists } from '../lists';
import { idsOf } from '../present';
import type { Profile } from '../profile';
import { replacedBy } from '../replaced';
import { roomForAbsorbed } from '../untrusted-room';
import { unionConsent, unionTraits } from '../write-traits';
import { leaveAudience } from './evaluate-profile';
import { uniteGroups } from './fold-groups';
import { nextSeq, type OpenProfile } from './open-profile';
import type { WorkspaceFold } from './workspace-fold';

/** One profile takes over everything of another, which stays as a tombstone that points to it; the ledger gets what it takes to undo it. */
export function absorb(fold: WorkspaceFold, survivor: OpenProfile, absorbed: OpenProfile, event: Event): void {
  const [kept, before] = [survivor.profile, absorbed.profile];
  for (const { firstSeenAt, ...identifier } of before.identifiers) fold.follow(identifier, kept.id, firstSeenAt);
  survivor.profile = united(fold, kept, before, event);
  fold.merges.push({
    survivor: kept.id,
    absorbed: before.id,
    at: fold.input.now,
    messageId: event.messageId,
    source: event.source,
    identifierTypes: [...new Set(event.identifiers.map(({ type }) => type))],
    reason: event.isMerge === true ? 'asked' : 'identifiers',
    survivorSeq: kept.seq,
    absorbedSeq: before.seq,
    // Behaviour is worked out anew from the events of each when this is undone.
    absorbedProfile: { ...before, states: {} },
    replaced: replacedBy(kept, survivor.profile),
    movedRuns: moveRuns(fold, survivor, before),
  });
  uniteGroups(fold, survivor, absorbed);
  fold.point(before.lineage, kept.id);
  survivor.batch.push(...absorbed.batch);
  for (const key of absorbed.waitKeys) survivor.waitKeys.add(key);
  nextSeq(survivor);
  for (const audience of Object.keys(before.memberships)) leaveAudience(fold, absorbed, audience, 'merge');
  nextSeq(absorbed);
  absorbed.profile = tombstone(absorbed.profile, kept.id);
}

function united(fold: WorkspaceFold, survivor: Profile, absorbed: Profile, event: Event): Profile {
  const states = new Map(Object.entries(survivor.states));
  for (const [key, state] of Object.entries(absorbed.states)) {
    const condition = fold.input.ruleset.conditions.get(key);
    const present = states.get(key);
    if (condition) states.set(key, present ? combine(condition, present, state) : state);
  }
  const isTrusted = event.isTrusted && isKnown(absorbed, fold.input.ruleset.identity);
  const { traits, consent } = roomForAbsorbed(survivor, absorbed, {
    purposes: fold.input.ruleset.purposes,
    isTrusted,
    rules: fold.input.ruleset.identity.traits,
  });
  const lineage = [...survivor.lineage, ...idsOf(absorbed)];
  return {
    // Whom somebody says to be a person is one.
    ...omit(
      survivor,
      'apart',
      'restrictedAt',
      ...(absorbed.isTest ? [] : (['isTest'] as const)),
      ...(absorbed.isShared ? [] : (['isShared'] as const)),
    ),
    ...trueOfEither(survivor, absorbed),
    ...apartFrom(survivor, absorbed, lineage),
    ...armsField(uniteArms(survivor.holdouts, absorbed.holdouts)),
    ...exposuresField(uniteExposures(survivor.experiments, absorbed.experiments)),
    createdAt: Math.min(survivor.createdAt, absorbed.createdAt),
    lineage,
    identifiers: [...survivor.identifiers, ...absorbed.identifiers],
    traits: unionTraits(survivor.traits, traits, fold.input.ruleset.identity.traits),
    consent: unionConsent(survivor.consent, consent).facts,
    ...asHeld(unionLists(survivor.lists ?? {}, absorbed.lists ?? {})),
    states: Object.fromEntries(states),
    hasEnrollments: survivor.hasEnrollments || absorbed.hasEnrollments,
  };
}

/** What is so of one person if it was of either. */
function trueOfEither(survivor: Profile, absorbed: Profile): Pick<Profile, 'restrictedAt' | 'wasNamed'> {
  // Who was made up for a test restricts nobody who is not.
  const people = [survivor, absorbed].filter(({ isTest }) => !isTest || (survivor.isTest && absorbed.isTest));
  const restricted = people.flatMap(({ restrictedAt }) => restrictedAt ?? []);
  return {
    ...(restricted.length > 0 && { restrictedAt: Math.min(...restricted) }),
    ...((survivor.wasNamed ?? absorbed.wasNamed) && { wasNamed: true }),
  };
}

/** Who is said to be one is not apart any more. */
function apartFrom(survivor: Profile, absorbed: Profile, lineage: Profile['lineage']): Pick<Profile, 'apart'> {
  const own = new Set([survivor.id, ...lineage]);
  const apart = [...(survivor.apart ?? []), ...(absorbed.apart ?? [])].filter((id) => !own.has(id));
  return apart.length > 0 ? { apart: [...new Set(apart)] } : {};
}

function tombstone(absorbed: Profile, survivor: Profile['id']): Profile {
  return {
    ...omit(absorbed, 'nextCheckAt', 'suppressions', 'lists', 'holdouts', 'experiments', 'prepared'),
    identifiers: [],
    traits: {},
    consent: {},
    states: {},
    mergedInto: survivor,
  };
}

/** Answers those of the absorbed that go on. */
function moveRuns(fold: WorkspaceFold, survivor: OpenProfile, absorbed: Profile): EnrollmentId[] {
  const runs = (profile: Profile['id']) => fold.runsOf(profile).map((run) => run.enrollment);
  const moved = runs(absorbed.id);
  const { ws, now } = fold.input;
  const changed = mergeEnrollments(ws, survivor.profile.id, runs(survivor.profile.id), moved, now);
  for (const enrollment of changed) fold.changeRun(enrollment);
  const ids = new Set(moved.map(({ id }) => id));
  return changed.filter((run) => isInside(run) && ids.has(run.id)).map(({ id }) => id);
}

import { combine } from '../../audiences/behaviour-state';
import type { Event } from '../../events/event';
import { effectiveAt } from '../../events/event';
import { isKnown, resolveIdentity, type Resolution } from '../../identity/resolve-identity';
import { mergeEnrollments } from '../../journeys/merge-enrollments';
import { omit } from '../../json';
import type { Profile } from '../profile';
import { roomForAbsorbed } from '../untrusted-room';
import { unionConsent, unionTraits } from '../write-traits';
import { createProfile } from './create-profile';
import { attachIdentifiers, nextSeq, verifyIdentifiers, type OpenProfile } from './open-profile';
import { evaluateProfile, leaveAudience, upgrade } from './evaluate-profile';
import { setDeviceApart, takeUnverified } from './move-identifier';
import { countPeople, openKeeper, quarantine, withoutQuarantined } from './quarantine';
import type { WorkspaceFold } from './workspace-fold';

/** Finds or makes the profile an event belongs to, merging those it ties together. */
export function resolveEvent(fold: WorkspaceFold, event: Event): OpenProfile {
  if (event.isQuarantine) for (const one of event.identifiers) quarantine(fold, one, { event, reason: 'asked' });
  const { named, dropped } = withoutQuarantined(fold, event);
  if (dropped.length > 0 && !event.isQuarantine) fold.blocked.set(event.messageId, dropped);
  const keeper = named.length === 0 ? openKeeper(fold, event) : undefined;
  return keeper ?? resolveNamed(fold, { ...event, identifiers: named });
}

function resolveNamed(fold: WorkspaceFold, event: Event): OpenProfile {
  const resolution = resolveIdentity(event.identifiers, {
    owner: (identifier) => fold.owner(identifier),
    isTrusted: event.isTrusted,
    isAsked: event.isMerge === true,
    rules: fold.input.ruleset.identity,
    at: effectiveAt(event),
  });
  const lost = resolution.taken.map((one) => ({ ...one, reason: 'unverified' as const }));
  const blocked = [...resolution.blocked, ...lost, ...(fold.blocked.get(event.messageId) ?? [])];
  if (blocked.length > 0) fold.blocked.set(event.messageId, blocked);
  const open = resolution.survivor === undefined ? createProfile(fold, event) : fold.open(resolution.survivor);
  for (const identifier of resolution.setApart) setDeviceApart(fold, identifier, event);
  takeUnverified(fold, resolution.taken, open);
  upgrade(fold, open);
  attachIdentifiers(open, resolution.attach, effectiveAt(event));
  for (const identifier of resolution.attach) fold.attach(identifier, open.profile.id, effectiveAt(event));
  if (resolution.absorbed.length > 0) absorbAll(fold, open, resolution, event);
  if (event.isTrusted) verifyIdentifiers(open, event.identifiers, effectiveAt(event));
  countPeople(fold, open, resolution.blocked, event);
  return open;
}

function absorbAll(fold: WorkspaceFold, survivor: OpenProfile, resolution: Resolution, event: Event): void {
  for (const id of resolution.absorbed) {
    const absorbed = fold.open(id);
    upgrade(fold, absorbed);
    // Whom somebody says to be a person is one.
    if (!absorbed.profile.isShared) survivor.profile = omit(survivor.profile, 'isShared');
    absorb(fold, survivor, absorbed, event);
  }
  survivor.hasNewIdentifiers = true;
  evaluateProfile(fold, survivor, 'merge');
}

/** One profile takes over everything of another, which stays as a tombstone that points to it. */
function absorb(fold: WorkspaceFold, survivor: OpenProfile, absorbed: OpenProfile, event: Event): void {
  const before = absorbed.profile;
  for (const { firstSeenAt, ...identifier } of before.identifiers)
    fold.follow(identifier, survivor.profile.id, firstSeenAt);
  fold.merges.push({
    survivor: survivor.profile.id,
    absorbed: before.id,
    at: fold.input.now,
    messageId: event.messageId,
    identifierTypes: [...new Set(event.identifiers.map(({ type }) => type))],
    survivorSeq: survivor.profile.seq,
    absorbedSeq: before.seq,
    absorbedProfile: before,
  });
  survivor.profile = united(fold, survivor.profile, before, event);
  survivor.batch.push(...absorbed.batch);
  for (const key of absorbed.waitKeys) survivor.waitKeys.add(key);
  nextSeq(survivor);
  for (const audience of Object.keys(before.memberships)) leaveAudience(fold, absorbed, audience, 'merge');
  nextSeq(absorbed);
  absorbed.profile = tombstone(absorbed.profile, survivor.profile.id);
  moveRuns(fold, survivor, before);
}

function united(fold: WorkspaceFold, survivor: Profile, absorbed: Profile, event: Event): Profile {
  const states = new Map(Object.entries(survivor.states));
  for (const [key, state] of Object.entries(absorbed.states)) {
    const condition = fold.input.ruleset.conditions.get(key);
    const present = states.get(key);
    if (condition) states.set(key, present ? combine(condition, present, state) : state);
  }
  const isTrusted = event.isTrusted && isKnown(absorbed);
  const { traits, consent } = roomForAbsorbed(survivor, absorbed, {
    purposes: fold.input.ruleset.purposes,
    isTrusted,
  });
  const restricted = [survivor, absorbed].flatMap(({ restrictedAt }) => restrictedAt ?? []);
  return {
    ...survivor,
    ...(restricted.length > 0 && { restrictedAt: Math.min(...restricted) }),
    createdAt: Math.min(survivor.createdAt, absorbed.createdAt),
    lineage: [...survivor.lineage, absorbed.id, ...absorbed.lineage],
    identifiers: [...survivor.identifiers, ...absorbed.identifiers],
    traits: unionTraits(survivor.traits, traits),
    consent: unionConsent(survivor.consent, consent).facts,
    states: Object.fromEntries(states),
    hasEnrollments: survivor.hasEnrollments || absorbed.hasEnrollments,
  };
}

function tombstone(absorbed: Profile, survivor: Profile['id']): Profile {
  return {
    ...omit(absorbed, 'nextCheckAt', 'suppressions'),
    identifiers: [],
    traits: {},
    consent: {},
    states: {},
    mergedInto: survivor,
  };
}

function moveRuns(fold: WorkspaceFold, survivor: OpenProfile, absorbed: Profile): void {
  const runs = (profile: Profile['id']) => fold.runsOf(profile).map((run) => run.enrollment);
  for (const enrollment of mergeEnrollments(
    fold.input.ws,
    survivor.profile.id,
    runs(survivor.profile.id),
    runs(absorbed.id),
    fold.input.now,
  )) {
    const run = fold.runs.get(enrollment.id);
    if (run) Object.assign(run, { enrollment, isChanged: true });
  }
}

import { combine } from '../../audiences/behaviour-state';
import type { Event } from '../../events/event';
import { effectiveAt } from '../../events/event';
import { isKnown, resolveIdentity, type Resolution } from '../../identity/resolve-identity';
import { mergeEnrollments } from '../../journeys/merge-enrollments';
import { omit } from '../../json';
import { newProfile, type Profile } from '../profile';
import { roomForAbsorbed } from '../untrusted-room';
import { unionConsent, unionTraits } from '../write-traits';
import { attachIdentifiers, nextSeq, openNew, type OpenProfile } from './open-profile';
import { evaluateProfile, leaveAudience, regroup, upgrade } from './evaluate-profile';
import { uniteGroups } from './fold-groups';
import type { WorkspaceFold } from './workspace-fold';

/** Finds or makes the profile an event belongs to, merging those it ties together. */
export function resolveEvent(fold: WorkspaceFold, event: Event): OpenProfile {
  const resolution = resolveIdentity(event.identifiers, {
    owner: (identifier) => fold.owner(identifier),
    isTrusted: event.isTrusted,
    isAsked: event.isMerge === true,
    rules: fold.input.ruleset.identity,
    at: effectiveAt(event),
  });
  if (resolution.blocked.length > 0) fold.blocked.set(event.messageId, resolution.blocked);
  const open = resolution.survivor === undefined ? create(fold, event) : fold.open(resolution.survivor);
  upgrade(fold, open);
  attachIdentifiers(open, resolution.attach, effectiveAt(event));
  for (const identifier of resolution.attach) fold.attach(identifier, open.profile.id, effectiveAt(event));
  if (resolution.absorbed.length > 0) absorbAll(fold, open, resolution, event);
  return open;
}

function create(fold: WorkspaceFold, event: Event): OpenProfile {
  const { makeProfileId, now, ruleset } = fold.input;
  const facts = { createdAt: effectiveAt(event), evaluatedAt: now, rulesetVersion: ruleset.version };
  const open = openNew(newProfile({ id: makeProfileId(), ...facts }));
  fold.opened.set(open.profile.id, open);
  return open;
}

function absorbAll(fold: WorkspaceFold, survivor: OpenProfile, resolution: Resolution, event: Event): void {
  for (const id of resolution.absorbed) {
    const absorbed = fold.open(id);
    upgrade(fold, absorbed);
    absorb(fold, survivor, absorbed, event);
  }
  survivor.hasNewIdentifiers = true;
  regroup(fold, survivor);
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
  uniteGroups(fold, survivor, absorbed);
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

import { combine } from '../../audiences/behaviour-state';
import type { Event } from '../../events/event';
import { effectiveAt } from '../../events/event';
import { resolveIdentity, type Resolution } from '../../identity/resolve-identity';
import { mergeEnrollments } from '../../journeys/merge-enrollments';
import { omit } from '../../json';
import type { Profile } from '../profile';
import { unionConsent, unionTraits } from '../write-traits';
import { attachIdentifiers, newDraft, nextSeq, type Draft } from './draft';
import { evaluateDraft, leaveAudience, upgrade } from './evaluate-draft';
import type { WorkspaceFold } from './workspace-fold';

/** Finds or makes the profile an event belongs to, merging those it ties together. */
export function resolveEvent(fold: WorkspaceFold, event: Event): Draft {
  const resolution = resolveIdentity(event.identifiers, {
    owner: (identifier) => fold.owner(identifier),
    isTrusted: event.isTrusted,
  });
  if (resolution.blocked.length > 0) fold.blocked.push({ messageId: event.messageId, identifiers: resolution.blocked });
  const draft = resolution.survivor === undefined ? create(fold, event) : fold.draft(resolution.survivor);
  upgrade(fold, draft);
  attachIdentifiers(draft, resolution.attach, effectiveAt(event));
  for (const identifier of resolution.attach) fold.attach(identifier, draft.profile.id, effectiveAt(event));
  if (resolution.absorbed.length > 0) absorbAll(fold, draft, resolution, event);
  return draft;
}

function create(fold: WorkspaceFold, event: Event): Draft {
  const { makeProfileId, now, ruleset } = fold.input;
  const draft = newDraft(makeProfileId(), effectiveAt(event), now, ruleset.version);
  fold.drafts.set(draft.profile.id, draft);
  return draft;
}

function absorbAll(fold: WorkspaceFold, survivor: Draft, resolution: Resolution, event: Event): void {
  for (const id of resolution.absorbed) {
    const absorbed = fold.draft(id);
    upgrade(fold, absorbed);
    absorb(fold, survivor, absorbed, event);
  }
  survivor.hasNewIdentifiers = true;
  evaluateDraft(fold, survivor, 'merge');
}

/** One profile takes over everything of another, which stays as a tombstone that points to it. */
function absorb(fold: WorkspaceFold, survivor: Draft, absorbed: Draft, event: Event): void {
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
  survivor.profile = united(fold, survivor.profile, before);
  survivor.batch.push(...absorbed.batch);
  for (const key of absorbed.waitKeys) survivor.waitKeys.add(key);
  nextSeq(survivor);
  for (const audience of Object.keys(before.memberships)) leaveAudience(fold, absorbed, audience, 'merge');
  nextSeq(absorbed);
  absorbed.profile = tombstone(absorbed.profile, survivor.profile.id);
  moveRuns(fold, survivor, before);
}

function united(fold: WorkspaceFold, survivor: Profile, absorbed: Profile): Profile {
  const states = new Map(Object.entries(survivor.states));
  for (const [key, state] of Object.entries(absorbed.states)) {
    const condition = fold.input.ruleset.conditions.get(key);
    const present = states.get(key);
    if (condition) states.set(key, present ? combine(condition, present, state) : state);
  }
  return {
    ...survivor,
    createdAt: Math.min(survivor.createdAt, absorbed.createdAt),
    lineage: [...survivor.lineage, absorbed.id, ...absorbed.lineage],
    identifiers: [...survivor.identifiers, ...absorbed.identifiers],
    traits: unionTraits(survivor.traits, absorbed.traits),
    consent: unionConsent(survivor.consent, absorbed.consent).facts,
    states: Object.fromEntries(states),
    hasEnrollments: survivor.hasEnrollments || absorbed.hasEnrollments,
  };
}

function tombstone(absorbed: Profile, survivor: Profile['id']): Profile {
  return {
    ...omit(absorbed, 'nextCheckAt'),
    identifiers: [],
    traits: {},
    consent: {},
    states: {},
    mergedInto: survivor,
  };
}

function moveRuns(fold: WorkspaceFold, survivor: Draft, absorbed: Profile): void {
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

import type { Event } from '../../events/event';
import { effectiveAt } from '../../events/event';
import { resolveIdentity, type Resolution } from '../../identity/resolve-identity';
import { absorb } from './absorb';
import { createProfile } from './create-profile';
import { attachIdentifiers, verifyIdentifiers, type OpenProfile } from './open-profile';
import { evaluateProfile, regroup, upgrade } from './evaluate-profile';
import { makeDeviceShared, takeUnverified } from './move-identifier';
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
  for (const identifier of resolution.shared) makeDeviceShared(fold, identifier, event);
  takeUnverified(fold, resolution.taken, open);
  upgrade(fold, open);
  attachIdentifiers(open, resolution.attach, effectiveAt(event));
  for (const identifier of resolution.attach) fold.attach(identifier, open.profile.id, event);
  if (resolution.absorbed.length > 0) absorbAll(fold, open, resolution, event);
  const { isKnown } = fold.input.ruleset.identity;
  if (event.isTrusted && !event.isAboutProfile) verifyIdentifiers(open, event.identifiers, effectiveAt(event), isKnown);
  countPeople(fold, open, resolution.blocked, event);
  knowSince(open, effectiveAt(event));
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

/** Somebody is as old as the first that was heard of them, whatever came first: else who stays in a merge would hang on the order of arrival. */
function knowSince(open: OpenProfile, at: number): void {
  if (at < open.profile.createdAt) open.profile = { ...open.profile, createdAt: at };
}

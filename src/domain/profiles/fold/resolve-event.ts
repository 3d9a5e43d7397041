import type { Event } from '../../events/event';
import { effectiveAt } from '../../events/event';
import { resolveIdentity, type Resolution } from '../../identity/resolve-identity';
import { newProfile } from '../profile';
import { absorb } from './absorb';
import { attachIdentifiers, openNew, type OpenProfile } from './open-profile';
import { evaluateProfile, upgrade } from './evaluate-profile';
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
  for (const identifier of resolution.attach) fold.attach(identifier, open.profile.id, event);
  if (resolution.absorbed.length > 0) absorbAll(fold, open, resolution, event);
  knowSince(open, effectiveAt(event));
  return open;
}

/** Somebody is as old as the first that was heard of them, whatever came first: else who stays in a merge would hang on the order of arrival. */
function knowSince(open: OpenProfile, at: number): void {
  if (at < open.profile.createdAt) open.profile = { ...open.profile, createdAt: at };
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
  evaluateProfile(fold, survivor, 'merge');
}

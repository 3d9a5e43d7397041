import { affectedBy } from '../../audiences/evaluate-memberships';
import type { Event, Identifier } from '../../events/event';
import { identifierName } from '../../identity/identifier-types';
import { withoutTies } from '../../identity/ties';
import type { ProfileId } from '../../ids';
import type { TakenIdentifier } from '../../identity/identity-claims';
import type { KnownIdentifier } from '../profile';
import { createProfile } from './create-profile';
import { evaluateProfile, upgrade } from './evaluate-profile';
import { nextSeq, type OpenProfile } from './open-profile';
import { reachEdges } from './run-journeys';
import type { WorkspaceFold } from './workspace-fold';

/**
 * Gives a device that two known people use to a profile of its own, which is neither's. It is evaluated at once, since nobody else
 * would, and starts no journeys by being there.
 */
export function makeDeviceShared(fold: WorkspaceFold, identifier: Identifier, event: Event): void {
  const taken = takeAway(fold, identifier);
  if (!taken) return;
  const shared = createProfile(fold, event, { isShared: true });
  shared.profile = { ...shared.profile, identifiers: withoutTies([taken]) };
  fold.follow(identifier, shared.profile.id, taken.firstSeenAt);
  nextSeq(shared);
  evaluateProfile(fold, shared, 'merge');
}

/**
 * Takes from people what only public keys have said of them, the `survivor` of the event among them, whom its own edges reach after the
 * event. Each is nobody's, until somebody is attached to it.
 */
export function takeUnverified(fold: WorkspaceFold, taken: readonly TakenIdentifier[], survivor: OpenProfile): void {
  for (const { identifier, from } of taken) {
    const firstEdge = fold.edges.length;
    if (!detach(fold, identifier, from)) continue;
    fold.release(identifier);
    if (from !== survivor.profile.id) reachEdges(fold, fold.open(from), firstEdge);
  }
}

/** Takes an identifier from whoever has it, and lets their audiences, journeys and destinations know. Answers it as they had it. */
export function takeAway(fold: WorkspaceFold, identifier: Identifier): KnownIdentifier | undefined {
  const owner = fold.owner(identifier);
  if (!owner) return undefined;
  const firstEdge = fold.edges.length;
  const taken = detach(fold, identifier, owner.id);
  reachEdges(fold, fold.open(owner.id), firstEdge);
  return taken;
}

function detach(fold: WorkspaceFold, identifier: Identifier, from: ProfileId): KnownIdentifier | undefined {
  const name = identifierName(identifier);
  const open = fold.open(from);
  const taken = open.profile.identifiers.find((one) => identifierName(one) === name);
  if (!taken) return undefined;
  upgrade(fold, open);
  const identifiers = open.profile.identifiers.filter((one) => one !== taken);
  open.profile = { ...open.profile, identifiers };
  open.hasNewIdentifiers = true;
  nextSeq(open);
  const affected = fold.input.ruleset.audiences.filter(({ rule }) => affectedBy(rule, { identifiers: true }));
  evaluateProfile(fold, open, 'event', new Set(affected.map(({ key }) => key)));
  return taken;
}

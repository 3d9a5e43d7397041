import { affectedBy } from '../../audiences/evaluate-memberships';
import type { Event, Identifier } from '../../events/event';
import { identifierName } from '../../identity/identifier-types';
import type { KnownIdentifier } from '../profile';
import { createProfile } from './create-profile';
import { evaluateProfile, upgrade } from './evaluate-profile';
import { nextSeq } from './open-profile';
import { reachEdges } from './run-journeys';
import type { WorkspaceFold } from './workspace-fold';

/**
 * Gives a device that two known people use to a profile of its own, which is neither's. It is evaluated at once, since nobody else
 * would, and starts no journeys by being there.
 */
export function setDeviceApart(fold: WorkspaceFold, identifier: Identifier, event: Event): void {
  const taken = takeAway(fold, identifier);
  if (!taken) return;
  const shared = createProfile(fold, event, { isShared: true });
  shared.profile = { ...shared.profile, identifiers: [taken] };
  fold.follow(identifier, shared.profile.id, taken.firstSeenAt);
  nextSeq(shared);
  evaluateProfile(fold, shared, 'merge');
}

/** Takes an identifier from whoever has it, and lets their audiences, journeys and destinations know. Answers it as they had it. */
export function takeAway(fold: WorkspaceFold, identifier: Identifier): KnownIdentifier | undefined {
  const name = identifierName(identifier);
  const owner = fold.owner(identifier);
  const taken = owner?.identifiers.find((one) => identifierName(one) === name);
  if (!owner || !taken) return undefined;
  const open = fold.open(owner.id);
  upgrade(fold, open);
  const firstEdge = fold.edges.length;
  const identifiers = open.profile.identifiers.filter((one) => one !== taken);
  open.profile = { ...open.profile, identifiers };
  open.hasNewIdentifiers = true;
  nextSeq(open);
  const affected = fold.input.ruleset.audiences.filter(({ rule }) => affectedBy(rule, { identifiers: true }));
  evaluateProfile(fold, open, 'event', new Set(affected.map(({ key }) => key)));
  reachEdges(fold, open, firstEdge);
  return taken;
}

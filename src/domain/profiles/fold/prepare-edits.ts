import { prepareAnswers } from '../../audiences/prepared';
import type { EdgeEvents } from '../../audiences/profile-view';
import { omit, own } from '../../json';
import type { EdgeCause } from '../change-set';
import { groupsOf } from './fold-groups';
import type { OpenProfile } from './open-profile';
import type { WorkspaceFold } from './workspace-fold';

/**
 * Writes into the profile what the versions that are being prepared answer otherwise than those that serve. Nothing follows from it until
 * they serve. Answers when to look again.
 */
export function prepareEdits(
  fold: WorkspaceFold,
  open: OpenProfile,
  edges: EdgeEvents,
  now: number,
): number | undefined {
  const profile = omit(open.profile, 'prepared');
  open.profile = profile;
  const { prepared = [] } = fold.input.ruleset;
  if (prepared.length === 0) return undefined;
  const { answers, nextCheckAt } = prepareAnswers(profile, prepared, now, edges, groupsOf(fold, profile));
  if (Object.keys(answers).length > 0) open.profile = { ...profile, prepared: answers };
  return nextCheckAt;
}

/**
 * Why memberships of a profile change that was written under the rules of `readVersion`: by a definition, or because time has passed. Whoever
 * was evaluated by a version before it served moves by its definition only where that was foreseen.
 */
export function causeOfUpgrade(
  { input: { ruleset } }: WorkspaceFold,
  { profile: { prepared = {} } }: OpenProfile,
  readVersion: number,
): (audience: string) => EdgeCause {
  const wasPrepared = readVersion === ruleset.switchedFrom;
  const seen = wasPrepared ? readVersion + 1 : readVersion;
  return (audience) => {
    const isForeseen = wasPrepared && own(prepared, audience) !== undefined;
    return !isForeseen && (ruleset.audienceSince.get(audience) ?? Infinity) <= seen ? 'clock' : 'definition';
  };
}

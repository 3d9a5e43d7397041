import { isDrawn, type Arms } from '../../audiences/holdout';
import { journeyOfArm } from '../../journeys/journey-holdout';
import { omit, own, withKey } from '../../json';
import type { HeldStay } from '../change-set';
import type { Membership, Profile } from '../profile';
import type { Attachment, Ruleset } from '../ruleset';
import type { OpenProfile } from './open-profile';
import type { WorkspaceFold } from './workspace-fold';

/**
 * Gives a member an arm the first time they could be sent: while the audience has a holdout and is attached to a destination it is
 * sent to. What was given stays; which of the memberships are held out by it is worked out anew.
 */
export function holdOut({ input: { ruleset } }: WorkspaceFold, open: OpenProfile, now: number): void {
  if (ruleset.holdouts.size === 0 && open.profile.holdouts === undefined) return;
  let { holdouts: arms = {} } = open.profile;
  for (const [audience, percent] of ruleset.holdouts)
    if (isExposed(ruleset, open.profile, audience) && own(arms, audience) === undefined)
      arms = withKey(arms, audience, { isHeldOut: isDrawn(audience, percent, open.profile.id), at: now });
  const memberships = Object.entries(open.profile.memberships).map(
    ([audience, membership]) => [audience, marked(membership, holds(ruleset, arms, audience))] as const,
  );
  open.profile = {
    ...open.profile,
    memberships: Object.fromEntries(memberships),
    ...(Object.keys(arms).length > 0 && { holdouts: arms }),
  };
}

/** With an audience its holdout ends; journeys stay. */
export function forgetArms({ audiences }: Ruleset, profile: Profile): Profile {
  const { holdouts } = profile;
  if (!holdouts) return profile;
  const left = Object.entries(holdouts).filter(
    ([of]) => journeyOfArm(of) !== undefined || audiences.some(({ key }) => key === of),
  );
  const rest = omit(profile, 'holdouts');
  return left.length === 0 ? rest : { ...rest, holdouts: Object.fromEntries(left) };
}

/** Exclusion lists keep people off, those who are held out among them. */
export const isHeldOutOf = (ruleset: Ruleset, { holdouts = {} }: Profile, { audience, use }: Attachment): boolean =>
  use === 'target' && holds(ruleset, holdouts, audience);

/** Stays that are held out now and were not when the profile was read, or the other way round. */
export function heldStays({ profile, readMemberships }: OpenProfile): HeldStay[] {
  return Object.entries(profile.memberships).flatMap(([audience, { version, isHeldOut = false }]) => {
    const read = own(readMemberships, audience);
    const was = read?.version === version && read.isHeldOut === true;
    return was === isHeldOut ? [] : [{ audience, profile: profile.id, version, isHeldOut }];
  });
}

/** Whether a member is held out now who was not when the profile was read, or the other way round. */
export const hasOtherArm = ({ profile, readMemberships }: OpenProfile, audience: string): boolean =>
  own(profile.memberships, audience)?.isHeldOut !== own(readMemberships, audience)?.isHeldOut;

const isExposed = ({ attachments }: Ruleset, { memberships }: Profile, key: string): boolean =>
  own(memberships, key) !== undefined && attachments.some(({ audience, use }) => audience === key && use === 'target');

const holds = ({ holdouts }: Ruleset, arms: Arms, audience: string): boolean =>
  holdouts.has(audience) && own(arms, audience)?.isHeldOut === true;

function marked(membership: Membership, isHeldOut: boolean): Membership {
  if (isHeldOut === (membership.isHeldOut === true)) return membership;
  return { ...omit(membership, 'isHeldOut'), ...(isHeldOut && { isHeldOut }) };
}

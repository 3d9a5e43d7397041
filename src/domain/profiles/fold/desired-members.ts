import { decideConsent, type ConsentDecision } from '../../consent/decide-consent';
import { findBarring } from '../../consent/suppression';
import { own } from '../../json';
import type { DesiredMember } from '../change-set';
import { identifiersByType } from '../present';
import type { Profile } from '../profile';
import type { Attachment } from '../ruleset';
import { hasOtherArm, isHeldOutOf } from './hold-out';
import { nextSeq, type OpenProfile } from './open-profile';
import type { WorkspaceFold } from './workspace-fold';

/** What destinations should now hold of every profile this fold changed, for the audiences attached to them. */
export function desiredMembers(fold: WorkspaceFold): DesiredMember[] {
  const touched = [...fold.opened.values()].filter((open) => open.isTouched);
  return fold.input.ruleset.attachments.flatMap((attachment) => {
    const changed = touched.filter((open) => isChanged(fold, open, attachment));
    const wishes = new Map(changed.map((open) => [open.profile.id, desired(fold, open, attachment)]));
    for (const open of changed) {
      const { profile } = open;
      const isRefused = isBarred(fold, profile, attachment);
      if (!isRefused && !hasNotSeen(open, attachment)) continue;
      const gone = isRefused
        ? { isIn: false, hasRefused: true, ...holding(fold, profile, attachment) }
        : { isIn: false, isAbsorbed: true };
      for (const id of profile.lineage)
        wishes.set(id, { ...(wishes.get(id) ?? desiredOf(fold, { ...profile, id }, attachment)), ...gone });
    }
    return [...wishes.values()];
  });
}

function isChanged(fold: WorkspaceFold, open: OpenProfile, attachment: Attachment): boolean {
  if (open.moved.has(attachment.audience)) return true;
  // Whom they absorbed while nothing was attached nobody has wished away.
  if (hasNotSeen(open, attachment)) return wasEverIn(open, attachment) || open.profile.lineage.length > 0;
  const hasNews = isNews(open);
  if (own(open.profile.memberships, attachment.audience) !== undefined)
    return hasNews || isArmChanged(open, attachment);
  // A refusal also reaches who has left and was kept, they themselves or somebody they absorbed.
  const mayBeKept = wasEverIn(open, attachment) || open.profile.lineage.length > 0;
  const mayBeBarred = hasNews || isHeldAnew(fold, open, attachment);
  return mayBeBarred && mayBeKept && isBarred(fold, open.profile, attachment);
}

const isNews = ({ hasNewIdentifiers, hasNewConsent, hasNewSuppressions }: OpenProfile): boolean =>
  hasNewIdentifiers || hasNewConsent || hasNewSuppressions;

const isArmChanged = (open: OpenProfile, { audience, use }: Attachment): boolean =>
  use === 'target' && hasOtherArm(open, audience);

/** Of an audience that was saved since: it may not have held anybody out before. */
function isHeldAnew({ input: { ruleset } }: WorkspaceFold, open: OpenProfile, attachment: Attachment): boolean {
  const since = ruleset.audienceSince.get(attachment.audience) ?? 0;
  return open.readRuleset < since && isHeldOutOf(ruleset, open.profile, attachment);
}

const hasNotSeen = (open: OpenProfile, { sinceRuleset }: Attachment): boolean => open.readRuleset < sinceRuleset;

/** Also who has left: the destination may still hold them from an attachment that was detached before they did. */
const wasEverIn = ({ profile }: OpenProfile, { audience }: Attachment): boolean =>
  own(profile.edgeCounts, audience) !== undefined || own(profile.memberships, audience) !== undefined;

function desired(fold: WorkspaceFold, open: OpenProfile, attachment: Attachment): DesiredMember {
  // A changed attachment or list is no event of the profile, and only a newer wish takes the place of the last one.
  if (hasNotSeen(open, attachment) || open.hasNewSuppressions || isArmChanged(open, attachment)) nextSeq(open);
  const { profile, causedAt } = open;
  return { ...desiredOf(fold, profile, attachment), ...(causedAt > 0 && { causedAt }) };
}

function desiredOf(fold: WorkspaceFold, profile: Profile, attachment: Attachment): DesiredMember {
  const { input } = fold;
  const hasRefused = isBarred(fold, profile, attachment);
  const { proof } = consentFor(fold, profile, attachment);
  return {
    audience: attachment.audience,
    destination: attachment.destination,
    profile: profile.id,
    version: profile.seq,
    isIn: own(profile.memberships, attachment.audience) !== undefined && !hasRefused,
    ...(hasRefused && { hasRefused }),
    ...holding(fold, profile, attachment),
    ...(proof && { consent: proof }),
    identifiers: identifiersFor(profile, attachment),
    causedAt: input.now,
    ruleset: input.ruleset.version,
  };
}

const holding = (
  { input }: WorkspaceFold,
  profile: Profile,
  attachment: Attachment,
): Pick<DesiredMember, 'isHeldOut'> => (isHeldOutOf(input.ruleset, profile, attachment) ? { isHeldOut: true } : {});

/** Somebody who is restricted, held out or suppressed, or whose consent does not allow it, is taken off: also where leavers are kept. */
function isBarred(fold: WorkspaceFold, profile: Profile, attachment: Attachment): boolean {
  const { purpose, use } = attachment;
  // Exclusion lists protect people, also those who are restricted.
  if (profile.restrictedAt !== undefined && use === 'target') return true;
  if (isHeldOutOf(fold.input.ruleset, profile, attachment)) return true;
  if (!consentFor(fold, profile, attachment).isAllowed) return true;
  const isTransactional = purpose !== undefined && fold.input.ruleset.purposes.get(purpose)?.transactional === true;
  return findBarring(profile.suppressions ?? [], { ...attachment, isTransactional }) !== undefined;
}

/** Exclusion lists protect people, and need no consent. */
function consentFor({ input }: WorkspaceFold, profile: Profile, { use, purpose }: Attachment): ConsentDecision {
  return use === 'target' ? decideConsent(purpose, profile.consent, input.ruleset.purposes) : { isAllowed: true };
}

/** The newest value of each identifier type the attachment may send. */
function identifiersFor(profile: Profile, { identifiers }: Attachment): Record<string, string> {
  return Object.fromEntries(Object.entries(identifiersByType(profile)).filter(([type]) => identifiers.includes(type)));
}

import { own } from '../../json';
import type { DesiredMember } from '../change-set';
import { identifiersByType } from '../present';
import type { Profile } from '../profile';
import type { Attachment } from '../ruleset';
import { nextSeq, type OpenProfile } from './open-profile';
import type { WorkspaceFold } from './workspace-fold';

/** What destinations should now hold of every profile this fold changed, for the audiences attached to them. */
export function desiredMembers(fold: WorkspaceFold): DesiredMember[] {
  const touched = [...fold.opened.values()].filter((open) => open.isTouched);
  return fold.input.ruleset.attachments.flatMap((attachment) => {
    const changed = touched.filter((open) => isChanged(open, attachment));
    const wishes = new Map(changed.map((open) => [open.profile.id, desired(fold, open, attachment)]));
    const refusing = changed.filter(({ profile }) => isRefused(profile, attachment));
    for (const { profile } of refusing)
      for (const id of profile.lineage) {
        const wish = wishes.get(id) ?? desiredOf(fold, { ...profile, id }, attachment);
        wishes.set(id, { ...wish, isIn: false, hasRefused: true });
      }
    return [...wishes.values()];
  });
}

function isChanged(open: OpenProfile, attachment: Attachment): boolean {
  if (open.moved.has(attachment.audience)) return true;
  if (hasNotSeen(open, attachment)) return wasEverIn(open, attachment);
  const hasNews = open.hasNewIdentifiers || open.hasNewConsent;
  if (own(open.profile.memberships, attachment.audience) !== undefined) return hasNews;
  // A refusal also reaches who has left and was kept, they themselves or somebody they absorbed.
  const mayBeKept = wasEverIn(open, attachment) || open.profile.lineage.length > 0;
  return hasNews && mayBeKept && isRefused(open.profile, attachment);
}

const hasNotSeen = (open: OpenProfile, { sinceRuleset }: Attachment): boolean => open.readRuleset < sinceRuleset;

/** Also who has left: the destination may still hold them from an attachment that was detached before they did. */
const wasEverIn = ({ profile }: OpenProfile, { audience }: Attachment): boolean =>
  own(profile.edgeCounts, audience) !== undefined || own(profile.memberships, audience) !== undefined;

function desired(fold: WorkspaceFold, open: OpenProfile, attachment: Attachment): DesiredMember {
  // A changed attachment is no event of the profile, and only a newer wish takes the place of the last one.
  if (hasNotSeen(open, attachment)) nextSeq(open);
  const { profile, causedAt } = open;
  return { ...desiredOf(fold, profile, attachment), ...(causedAt > 0 && { causedAt }) };
}

function desiredOf({ input }: WorkspaceFold, profile: Profile, attachment: Attachment): DesiredMember {
  const hasRefused = isRefused(profile, attachment);
  return {
    audience: attachment.audience,
    destination: attachment.destination,
    profile: profile.id,
    version: profile.seq,
    isIn: own(profile.memberships, attachment.audience) !== undefined && !hasRefused,
    ...(hasRefused && { hasRefused }),
    identifiers: identifiersFor(profile, attachment),
    causedAt: input.now,
    ruleset: input.ruleset.version,
  };
}

/** Somebody restricted, or who refused the purpose, is taken off target lists, and stays on exclusion lists, which protect them. */
function isRefused(profile: Profile, { use, purpose }: Attachment): boolean {
  if (use !== 'target') return false;
  if (profile.restrictedAt !== undefined) return true;
  return purpose !== undefined && own(profile.consent, purpose)?.status === 'denied';
}

/** The newest value of each identifier type the attachment may send. */
function identifiersFor(profile: Profile, { identifiers }: Attachment): Record<string, string> {
  return Object.fromEntries(Object.entries(identifiersByType(profile)).filter(([type]) => identifiers.includes(type)));
}

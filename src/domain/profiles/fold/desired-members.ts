import { own } from '../../json';
import type { DesiredMember } from '../change-set';
import { identifiersByType } from '../present';
import type { Profile } from '../profile';
import type { Attachment } from '../ruleset';
import { nextSeq, type Draft } from './draft';
import type { WorkspaceFold } from './workspace-fold';

/** What destinations should now hold of every profile this fold changed, for the audiences attached to them. */
export function desiredMembers(fold: WorkspaceFold): DesiredMember[] {
  const { attachments } = fold.input.ruleset;
  if (attachments.length === 0) return [];
  return [...fold.drafts.values()]
    .filter((draft) => draft.isTouched)
    .flatMap((draft) =>
      attachments
        .filter((attachment) => isChanged(draft, attachment))
        .map((attachment) => desired(fold, draft, attachment)),
    );
}

function isChanged(draft: Draft, attachment: Attachment): boolean {
  if (draft.moved.has(attachment.audience)) return true;
  if (hasNotSeen(draft, attachment)) return wasEverIn(draft, attachment);
  if (own(draft.profile.memberships, attachment.audience) === undefined) return false;
  return draft.hasNewIdentifiers || draft.hasNewConsent;
}

const hasNotSeen = (draft: Draft, { sinceRuleset }: Attachment): boolean => draft.readRuleset < sinceRuleset;

/** Also who has left: the destination may still hold them from an attachment that was detached before they did. */
const wasEverIn = ({ profile }: Draft, { audience }: Attachment): boolean =>
  own(profile.edgeCounts, audience) !== undefined || own(profile.memberships, audience) !== undefined;

function desired(fold: WorkspaceFold, draft: Draft, attachment: Attachment): DesiredMember {
  // A changed attachment is no event of the profile, and only a newer wish takes the place of the last one.
  if (hasNotSeen(draft, attachment)) nextSeq(draft);
  const { profile, causedAt } = draft;
  return {
    audience: attachment.audience,
    destination: attachment.destination,
    profile: profile.id,
    version: profile.seq,
    isIn: own(profile.memberships, attachment.audience) !== undefined && !isRefused(profile, attachment),
    identifiers: identifiersFor(profile, attachment),
    causedAt: causedAt > 0 ? causedAt : fold.input.now,
  };
}

/** Somebody who refused the purpose is taken off target lists, and stays on exclusion lists, which protect them. */
function isRefused(profile: Profile, { use, purpose }: Attachment): boolean {
  return use === 'target' && purpose !== undefined && own(profile.consent, purpose)?.status === 'denied';
}

/** The newest value of each identifier type the attachment may send. */
function identifiersFor(profile: Profile, { identifiers }: Attachment): Record<string, string> {
  return Object.fromEntries(Object.entries(identifiersByType(profile)).filter(([type]) => identifiers.includes(type)));
}

import { own } from '../../json';
import type { DesiredMember } from '../change-set';
import { identifiersByType } from '../present';
import type { Profile } from '../profile';
import type { Attachment } from '../ruleset';
import { nextSeq, type Draft } from './draft';
import type { WorkspaceFold } from './workspace-fold';

/** What destinations should now hold of every profile this fold changed, for the audiences attached to them. */
export function desiredMembers(fold: WorkspaceFold): DesiredMember[] {
  const touched = [...fold.drafts.values()].filter((draft) => draft.isTouched);
  return fold.input.ruleset.attachments.flatMap((attachment) => {
    const changed = touched.filter((draft) => isChanged(draft, attachment));
    const wishes = new Map(changed.map((draft) => [draft.profile.id, desired(fold, draft, attachment)]));
    const refusing = changed.filter(({ profile }) => isRefused(profile, attachment));
    for (const { profile } of refusing)
      for (const id of profile.lineage) {
        const wish = wishes.get(id) ?? desiredOf(fold, { ...profile, id }, attachment);
        wishes.set(id, { ...wish, isIn: false, hasRefused: true });
      }
    return [...wishes.values()];
  });
}

function isChanged(draft: Draft, attachment: Attachment): boolean {
  if (draft.moved.has(attachment.audience)) return true;
  if (hasNotSeen(draft, attachment)) return wasEverIn(draft, attachment);
  const hasNews = draft.hasNewIdentifiers || draft.hasNewConsent;
  if (own(draft.profile.memberships, attachment.audience) !== undefined) return hasNews;
  // A refusal also reaches who has left and was kept, they themselves or somebody they absorbed.
  const mayBeKept = wasEverIn(draft, attachment) || draft.profile.lineage.length > 0;
  return hasNews && mayBeKept && isRefused(draft.profile, attachment);
}

const hasNotSeen = (draft: Draft, { sinceRuleset }: Attachment): boolean => draft.readRuleset < sinceRuleset;

/** Also who has left: the destination may still hold them from an attachment that was detached before they did. */
const wasEverIn = ({ profile }: Draft, { audience }: Attachment): boolean =>
  own(profile.edgeCounts, audience) !== undefined || own(profile.memberships, audience) !== undefined;

function desired(fold: WorkspaceFold, draft: Draft, attachment: Attachment): DesiredMember {
  // A changed attachment is no event of the profile, and only a newer wish takes the place of the last one.
  if (hasNotSeen(draft, attachment)) nextSeq(draft);
  const { profile, causedAt } = draft;
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

/** Somebody who refused the purpose is taken off target lists, and stays on exclusion lists, which protect them. */
function isRefused(profile: Profile, { use, purpose }: Attachment): boolean {
  return use === 'target' && purpose !== undefined && own(profile.consent, purpose)?.status === 'denied';
}

/** The newest value of each identifier type the attachment may send. */
function identifiersFor(profile: Profile, { identifiers }: Attachment): Record<string, string> {
  return Object.fromEntries(Object.entries(identifiersByType(profile)).filter(([type]) => identifiers.includes(type)));
}

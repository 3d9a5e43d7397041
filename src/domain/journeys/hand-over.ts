import { subjectOf, type WorkspaceId } from '../ids';
import { idsOf } from '../profiles/present';
import type { Profile } from '../profiles/profile';
import type { Enrollment } from './enrollment';
import { cursorAt } from './routing';

/** Whether a household's run has come to a send, and nobody has decided yet to whom it speaks. */
export const needsRecipient = ({ household }: Enrollment): boolean => household?.hasRecipient === false;

/**
 * The run as that of the member to whom it speaks from now on: what they do is waited for, what is known of them decides, and what they
 * did before is before the run.
 */
export function handOver(ws: WorkspaceId, run: Enrollment, recipient: Profile): Enrollment {
  if (!run.household) return run;
  const household = { ...run.household, hasRecipient: true };
  if (recipient.id === run.profile) return { ...run, household };
  const seen = cursorAt(recipient.id, recipient.seq, idsOf(recipient));
  return {
    ...run,
    household,
    profile: recipient.id,
    subject: subjectOf(ws, recipient.id),
    actorSubject: run.subject,
    cursor: { ...run.cursor, ...seen },
    entry: { ...run.entry, cursor: { ...run.entry.cursor, ...seen } },
  };
}

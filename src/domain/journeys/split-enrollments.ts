import { subjectOf, type ProfileId, type WorkspaceId } from '../ids';
import { isInside, type Enrollment } from './enrollment';

/**
 * Runs that go on as those of a profile that lives again. What it did until now they have seen, as runs of the profile it was part of.
 * A run that waits is due at once: whom it waited for may be another person now. Answers them with `rev` raised.
 */
export function splitEnrollments(
  ws: WorkspaceId,
  to: { readonly id: ProfileId; readonly seq: number },
  runs: readonly Enrollment[],
  at: number,
): Enrollment[] {
  const subject = subjectOf(ws, to.id);
  return runs.map((run) => {
    const waitingFor = run.waitingFor.map((key) =>
      key.startsWith(run.subject) ? `${subject}${key.slice(run.subject.length)}` : key,
    );
    const due = isInside(run) && waitingFor.length > 0 ? { dueAt: at } : {};
    return {
      ...{ ...run, ...due, profile: to.id, subject, cursor: { ...run.cursor, [to.id]: to.seq } },
      waitingFor: [...new Set(waitingFor)],
      rev: run.rev + 1,
    };
  });
}

import { subjectOf, type ProfileId, type WorkspaceId } from '../ids';
import { endEnrollment, isInside, type Enrollment, type PathEntry } from './enrollment';
import { sentElsewhere } from './outcomes';

/**
 * What two people's runs become when they turn out to be one. Of two runs of one journey and key that are both inside, the older
 * goes on and skips what the other has sent; the other exits `merged`. All runs of the absorbed profile move to the survivor.
 * Answers the runs that changed, each with `rev` raised; whoever writes them also rings their workflows.
 */
export function mergeEnrollments(
  ws: WorkspaceId,
  survivor: ProfileId,
  survivorRuns: readonly Enrollment[],
  absorbedRuns: readonly Enrollment[],
  at: number,
): Enrollment[] {
  const changed = new Map<string, Enrollment>();
  const moved = absorbedRuns.map((run) => move(run, ws, survivor, at));
  for (const run of moved) changed.set(run.id, run);
  // What the other person did may be what one of the survivor's waits for.
  const woken = survivorRuns.map((run) => (isWaitingFor(run) ? { ...run, dueAt: at, rev: run.rev + 1 } : run));
  for (const run of woken.filter(isWaitingFor)) changed.set(run.id, run);
  // Parallel runs of the absorbed meet one after the other: the next meets what has become of the one before.
  const standing = woken.filter(isInside);
  for (const run of moved.filter(isInside)) {
    const place = standing.findIndex((other) => isTwin(other, run));
    const twin = standing[place];
    if (!twin) continue;
    const [older, younger] = [twin, run].sort(byAge) as [Enrollment, Enrollment];
    const goesOn = goOnFor(younger, older, at, bumped(older, changed));
    const rev = bumped(younger, changed);
    changed.set(older.id, goesOn);
    changed.set(younger.id, {
      ...endEnrollment(younger, { status: 'exited', reason: 'merged' }, at),
      mergedInto: older.id,
      rev,
    });
    standing[place] = goesOn;
  }
  return [...changed.values()];
}

/** Who waits for the end of the younger waits for that of the one that goes on. */
function goOnFor(younger: Enrollment, older: Enrollment, at: number, rev: number): Enrollment {
  const parent = older.parent ?? younger.parent;
  return { ...older, ...(parent && { parent }), sentElsewhere: sendsOf(younger, older), dueAt: at, rev };
}

const isWaitingFor = (run: Enrollment): boolean => isInside(run) && run.waitingFor.length > 0;

/** Two households stay two when somebody belongs to both. */
const isTwin = (a: Enrollment, b: Enrollment): boolean =>
  a.journey === b.journey && a.entryKey === b.entryKey && a.household?.key === b.household?.key;

function byAge(a: Enrollment, b: Enrollment): number {
  return a.enteredAt !== b.enteredAt ? a.enteredAt - b.enteredAt : a.id < b.id ? -1 : 1;
}

/** One write, one revision: a run that was moved or woken has its new one already. */
const bumped = (run: Enrollment, changed: ReadonlyMap<string, Enrollment>): number =>
  changed.has(run.id) ? run.rev : run.rev + 1;

/**
 * Wait keys name a profile; those of the survivor are added, and the old ones kept. A run that waits is due at once, since the other
 * person's history may hold what it waits for.
 */
function move(run: Enrollment, ws: WorkspaceId, survivor: ProfileId, at: number): Enrollment {
  const subject = subjectOf(ws, survivor);
  const renamed = run.waitingFor.map((key) =>
    key.startsWith(run.subject) ? `${subject}${key.slice(run.subject.length)}` : key,
  );
  const waitingFor = [...new Set([...run.waitingFor, ...renamed])];
  const due = isWaitingFor(run) ? { dueAt: at } : {};
  return { ...run, ...due, profile: survivor, subject, waitingFor, rev: run.rev + 1 };
}

/** Steps that `from` has sent more often than `into`, which skips them once. */
function sendsOf(from: Enrollment, into: Enrollment): string[] {
  const own = timesSent(into, into.version);
  const others = timesSent(from, into.version);
  const ahead = [...others].filter(([step, times]) => times > (own.get(step) ?? 0)).map(([step]) => step);
  return [...new Set([...(into.sentElsewhere ?? []), ...ahead])];
}

const nameIn = (version: number, { step, became = step, version: of }: PathEntry): string =>
  of === version ? step : became;

const reached: ReadonlySet<string> = new Set(['sent', 'delivered', 'unknown', sentElsewhere]);

/** With what runs that were merged into it have sent in its place; by the names that steps have in a version. */
function timesSent(run: Enrollment, version: number): Map<string, number> {
  const { path, sending, step: at, sentElsewhere: pending = [] } = run;
  const times = new Map<string, number>();
  const count = (step: string): unknown => times.set(step, (times.get(step) ?? 0) + 1);
  for (const entry of path)
    if (entry.outcome !== undefined && reached.has(entry.outcome)) count(nameIn(version, entry));
  for (const step of pending) count(step);
  if (sending) count(at);
  return times;
}

import { omit, own } from '../json';
import type { CompiledJourney } from './compiled-journey';
import { endEnrollment, isInside, type Enrollment } from './enrollment';
import { migrateRun, type superseded, type StepMap } from './migrate-run';

/** How people whose wait was over while the journey was paused go on: as if it had not been, without the send they stand at, or not at all. */
export const overduePolicies = ['run', 'skip', 'exit'] as const;
export type OverduePolicy = (typeof overduePolicies)[number];

/** What an operation does with each run of a journey that is inside. */
export type RunTask =
  | { readonly do: 'migrate'; readonly to: number; readonly stepMap: StepMap }
  /** Those of versions up to this one, or of this one alone. */
  | { readonly do: 'exit'; readonly reason: ExitReason; readonly upTo?: number; readonly only?: number }
  | { readonly do: 'release'; readonly how: OverduePolicy };

export type ExitReason = typeof superseded | 'archived' | 'rolled-back';

/** What becomes of a run: it is written, there is nothing to do, or somebody must come back once its attempt has settled. */
export type Carried = { readonly run: Enrollment } | 'nothing' | 'later';

type Versions = (version: number) => CompiledJourney | undefined;

export function carryOutTask(task: RunTask, run: Enrollment, versions: Versions, now: number): Carried {
  if (!isInside(run)) return 'nothing';
  switch (task.do) {
    case 'migrate':
      return migrate(task, run, versions, now);
    case 'exit':
      return concernsVersion(task, run.version) ? { run: end(run, task.reason, now) } : 'nothing';
    case 'release':
      return release(task.how, run, now);
  }
}

const end = (run: Enrollment, reason: string, now: number): Enrollment =>
  endEnrollment(run, { status: 'exited', reason }, now);

const concernsVersion = ({ upTo = Infinity, only }: { upTo?: number; only?: number }, version: number): boolean =>
  only === undefined ? version <= upTo : version === only;

function migrate(
  { to, stepMap }: Extract<RunTask, { do: 'migrate' }>,
  run: Enrollment,
  versions: Versions,
  now: number,
): Carried {
  if (run.version >= to) return 'nothing';
  if (run.sending !== undefined) return 'later';
  const [older, newer] = [versions(run.version), versions(to)];
  if (older && isSaying(run, older)) return 'later';
  const moved = older && newer && migrateRun(run, { from: older, to: newer }, stepMap, now);
  return moved ? { run: moved } : 'nothing';
}

const saying: ReadonlySet<string> = new Set(['update', 'emit', 'audience', 'split', 'enroll']);

/** Whether an event of the present step is yet to be applied: at a step of another name the run would say it again. */
const isSaying = ({ step, waitingFor }: Enrollment, { definition }: CompiledJourney): boolean =>
  waitingFor.length > 0 && saying.has(own(definition.steps, step)?.type ?? '');

/** Of those that a pause has kept from their send. */
function release(how: OverduePolicy, run: Enrollment, now: number): Carried {
  if (run.pause !== 'kept') return 'nothing';
  if (how === 'exit') return { run: end(run, 'overdue', now) };
  return { run: how === 'skip' ? { ...run, pause: 'skip', dueAt: now } : { ...omit(run, 'pause'), dueAt: now } };
}

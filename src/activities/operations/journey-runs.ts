import { z } from 'zod';
import { enrollmentId, type WorkspaceId } from '../../domain/ids';
import type { CompiledJourney } from '../../domain/journeys/compiled-journey';
import type { Enrollment } from '../../domain/journeys/enrollment';
import { carryOutTask, type RunTask } from '../../domain/journeys/run-task';
import type { Store } from '../../store/store';
import { defineOperation, type Step } from './define-operation';
import type { OperationContext, OperationKind } from './operation-kind';
import { takeTurn } from './pace';

export interface JourneyRunsDeps {
  readonly store: Pick<Store, 'enrollments' | 'journeys'>;
  readonly clock: () => number;
  /** Has a run look at what happened to it. Where that fails, the clock rings it within a minute or two. */
  readonly wakeRun: (workflowId: string) => Promise<void>;
}

/** What the API asks for: which runs, what with them, and how many of them in a second. */
export interface JourneyRunsInput {
  readonly journey: string;
  readonly task: RunTask;
  readonly perSecond: number;
}

const Cursor = z.object({
  after: z.string().optional(),
  /** Runs that were looked at; those that were changed. */
  seen: z.int(),
  changed: z.int(),
  lastAt: z.number(),
  /** Whose attempt to deliver was under way: to be looked at again. */
  later: z.array(z.string()),
  isOver: z.boolean(),
});
type Cursor = z.output<typeof Cursor>;

const runsPerPage = 200;
const atOnce = 16;

/**
 * Goes through the runs of a journey that are inside, and takes each to another version, to its end, or on after a pause. A run is written
 * under the revision that was read, and asked again what it is by then; one that has been seen to needs nothing, so that a step that is done
 * twice does it once.
 */
export function createJourneyRuns(deps: JourneyRunsDeps, perPage = runsPerPage): OperationKind {
  return defineOperation<Cursor>({
    cursor: Cursor,
    beginning: { seen: 0, changed: 0, lastAt: 0, later: [], isOver: false },
    step: (context, cursor) => step(deps, context, cursor, perPage),
    ended: async ({ ws, operation }) => {
      const { journey, task } = inputOf(operation);
      if (task.do === 'release') await deps.store.journeys.endResuming(ws, journey, operation.id);
    },
  });
}

const inputOf = ({ input }: OperationContext['operation']): JourneyRunsInput => input as unknown as JourneyRunsInput;

async function step(
  deps: JourneyRunsDeps,
  context: OperationContext,
  cursor: Cursor,
  perPage: number,
): Promise<Step<Cursor>> {
  const { ws, operation, signal } = context;
  const { journey, task, perSecond } = inputOf(operation);
  if (task.do === 'release' && !(await isResuming(deps, ws, journey, operation.id)))
    return { progress: operation.progress, result: { changed: cursor.changed, seen: cursor.seen, stopped: 'paused' } };
  const total = operation.progress.total ?? (await countOf(deps, ws, journey));
  const room = await takeTurn({ perSecond, lastAt: cursor.lastAt }, deps.clock, signal);
  const next = room === 0 ? cursor : await takePage(deps, context, cursor, Math.min(room, perPage));
  const progress = { done: next.seen, total: Math.max(total, next.seen) };
  const isDone = next.isOver && next.later.length === 0;
  return isDone ? { progress, result: { changed: next.changed, seen: next.seen } } : { progress, cursor: next };
}

/** The next runs of the walk; once it is over, those that had to wait. */
async function takePage(
  deps: JourneyRunsDeps,
  { ws, operation }: OperationContext,
  cursor: Cursor,
  limit: number,
): Promise<Cursor> {
  const { journey, task } = inputOf(operation);
  const lastAt = deps.clock();
  const runs = cursor.isOver
    ? await deps.store.enrollments.byIds(ws, cursor.later.slice(0, limit).map(enrollmentId))
    : await deps.store.enrollments.inside(ws, journey, limit, afterOf(cursor));
  const carrying = { ...deps, ws, task, versions: await versionsOf(deps, ws, journey, task, runs) };
  const outcomes = await inGroups(runs, (run) => carryOut(carrying, run));
  const later = runs.filter((_, index) => outcomes[index] === 'later').map(({ id }) => id);
  const last = cursor.isOver ? cursor.after : (runs.at(-1)?.id ?? cursor.after);
  return {
    ...(last !== undefined && { after: last }),
    seen: cursor.seen + runs.length - later.length,
    changed: cursor.changed + outcomes.filter((outcome) => outcome === 'changed').length,
    lastAt,
    later: [...(cursor.isOver ? cursor.later.slice(limit) : cursor.later), ...later],
    isOver: cursor.isOver || runs.length < limit,
  };
}

/** Unless it was paused again: whom that keeps waits for what is said then. */
const isResuming = async ({ store }: JourneyRunsDeps, ws: WorkspaceId, journey: string, id: string): Promise<boolean> =>
  (await store.journeys.byKey(ws, journey))?.resuming === id;

const afterOf = ({ after }: Cursor) => (after === undefined ? undefined : enrollmentId(after));

const countOf = async ({ store }: JourneyRunsDeps, ws: WorkspaceId, journey: string): Promise<number> =>
  (await store.enrollments.standing(ws, journey)).reduce((sum, { count }) => sum + count, 0);

interface Carrying extends JourneyRunsDeps {
  readonly ws: WorkspaceId;
  readonly task: RunTask;
  readonly versions: ReadonlyMap<number, CompiledJourney>;
}

/** Those that runs of this page are of, and the one they are taken to. */
async function versionsOf(
  { store }: JourneyRunsDeps,
  ws: WorkspaceId,
  journey: string,
  task: RunTask,
  runs: readonly Enrollment[],
): Promise<Carrying['versions']> {
  const wanted = new Set(task.do === 'migrate' ? [task.to, ...runs.map(({ version }) => version)] : []);
  const found = await Promise.all([...wanted].map((version) => store.journeys.compiled(ws, journey, version)));
  return new Map(found.flatMap((one) => (one ? [[one.version, one] as const] : [])));
}

type Outcome = 'changed' | 'nothing' | 'later';
const readsAtMost = 5;

/** A run that somebody else writes at this moment is read again; whoever keeps on writing it is come back to. */
async function carryOut(carrying: Carrying, read: Enrollment): Promise<Outcome> {
  const { store, ws, task, versions, clock, wakeRun } = carrying;
  let run: Enrollment | undefined = read;
  for (let reads = 0; run && reads < readsAtMost; reads += 1) {
    const carried = carryOutTask(task, run, (version) => versions.get(version), clock());
    if (typeof carried === 'string') return carried;
    const enrollment = { ...carried.run, rev: run.rev + 1 };
    if ((await store.enrollments.write(ws, [{ enrollment, readRev: run.rev }])) === 1) {
      await wakeRun(enrollment.workflowId).catch(() => undefined);
      return 'changed';
    }
    run = await store.enrollments.byId(ws, run.id);
  }
  return run ? 'later' : 'nothing';
}

async function inGroups<Item, Answer>(
  items: readonly Item[],
  work: (item: Item) => Promise<Answer>,
): Promise<Answer[]> {
  const answers: Answer[] = [];
  for (let start = 0; start < items.length; start += atOnce)
    answers.push(...(await Promise.all(items.slice(start, start + atOnce).map(work))));
  return answers;
}

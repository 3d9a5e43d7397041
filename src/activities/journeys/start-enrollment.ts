import type { Client } from '@temporalio/client';
import { defineSearchAttributeKey, TypedSearchAttributes } from '@temporalio/common';
import { WorkflowExecutionAlreadyStartedError } from '@temporalio/client';
import { subjectOf, type EnrollmentId, type ProfileId, type WorkspaceId } from '../../domain/ids';
import type { Enrollment } from '../../domain/journeys/enrollment';
import { idsOf } from '../../domain/profiles/present';
import { profileKey } from '../../store/identifier-key';
import type { Store } from '../../store/store';
import { attributes, taskQueueOf, wakeSignal, type WorkflowName } from '../../temporal-names';

export interface StartingDeps {
  readonly client: Client;
  readonly store: Pick<Store, 'connection' | 'enrollments'>;
  readonly queuePrefix: string;
  /** Epoch milliseconds. */
  readonly clock: () => number;
}

export interface WakingDeps extends Pick<StartingDeps, 'store' | 'clock'> {
  readonly ringRun: (workflowId: string) => Promise<void>;
}

/** What a wake row of the outbox says happened. */
export interface Wake {
  readonly profile: ProfileId;
  readonly lineage: readonly ProfileId[];
  readonly waitKeys: readonly string[];
}

const workflowType: WorkflowName = 'enrollment';
const searchKeys = {
  workspace: defineSearchAttributeKey(attributes.workspace.name, attributes.workspace.type),
  journey: defineSearchAttributeKey(attributes.journey.name, attributes.journey.type),
  version: defineSearchAttributeKey(attributes.version.name, attributes.version.type),
  profile: defineSearchAttributeKey(attributes.profile.name, attributes.profile.type),
  entry: defineSearchAttributeKey(attributes.entry.name, attributes.entry.type),
} as const;

const startingForMs = 5_000;
const overdueByMs = 60_000;
const atOnce = 32;

/** Starts the workflow of an enrollment that a transaction wrote. Starting one that has been started is success. */
export async function startEnrollment(deps: StartingDeps, ws: WorkspaceId, id: EnrollmentId): Promise<void> {
  const run = await deps.store.enrollments.byId(ws, id);
  if (!run) return;
  try {
    await deps.client.workflow.start(workflowType, {
      ...startOptions(deps, ws, run),
      workflowIdReusePolicy: 'REJECT_DUPLICATE',
    });
  } catch (error) {
    if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
  }
}

/** Rings the runs of a person that wait for what happened, and those that have something to notice: an end, a merge. */
export async function wakeEnrollments(deps: WakingDeps, ws: WorkspaceId, wake: Wake): Promise<void> {
  const now = deps.clock();
  const subjects = idsOf({ id: wake.profile, lineage: wake.lineage }).map((profile) => subjectOf(ws, profile));
  const happened = new Set(wake.waitKeys);
  const runs = (await deps.store.enrollments.open(subjects, now)).filter(
    (run) => run.waitingFor.some((key) => happened.has(key)) || isDue(run, now),
  );
  await inGroups(runs, (run) => deps.ringRun(run.workflowId));
}

/**
 * For the clock: starts runs that a crash left `starting`, and rings or starts again those that are a minute past their due time,
 * each less and less often while nobody answers. An `advance` too many does nothing.
 */
export async function restartStaleEnrollments(deps: StartingDeps, now: number): Promise<void> {
  const [starting, overdue] = await Promise.all([
    deps.store.enrollments.staleStarting(now - startingForMs, now),
    deps.store.enrollments.overdue(now - overdueByMs, now),
  ]);
  const stale = [...starting, ...overdue];
  await deps.store.enrollments.noteRings(stale, now);
  await inGroups(stale, (run) => restart(deps, run.ws, run));
}

/** One that is gone starts again from its stored state; one that runs is rung. */
async function restart(deps: StartingDeps, ws: WorkspaceId, run: Enrollment): Promise<void> {
  await deps.client.workflow.signalWithStart(workflowType, {
    ...startOptions(deps, ws, run),
    workflowIdReusePolicy: 'ALLOW_DUPLICATE',
    signal: wakeSignal,
    signalArgs: [],
  });
}

/** Ended by a transaction, or moved by a merge: the workflow ought to look now. */
const isDue = ({ dueAt }: Enrollment, now: number): boolean => dueAt !== undefined && dueAt <= now;

function startOptions({ store, queuePrefix }: StartingDeps, ws: WorkspaceId, run: Enrollment) {
  const { journey, version, entry } = run;
  return {
    workflowId: run.workflowId,
    taskQueue: taskQueueOf(queuePrefix, 'journeys'),
    args: [{ ws, enrollment: run.id }],
    workflowIdConflictPolicy: 'USE_EXISTING' as const,
    staticSummary: `${journey} version ${version}`,
    typedSearchAttributes: new TypedSearchAttributes([
      { key: searchKeys.workspace, value: ws },
      { key: searchKeys.journey, value: journey },
      { key: searchKeys.version, value: version },
      { key: searchKeys.profile, value: profileKey(store.connection.masterKey, ws, run.profile) },
      { key: searchKeys.entry, value: entry.messageId === undefined ? 'audience' : 'event' },
    ]),
  };
}

/** One that fails keeps no other from its turn; the first failure is thrown at the end. */
async function inGroups<Item>(items: readonly Item[], work: (item: Item) => Promise<void>): Promise<void> {
  const results: PromiseSettledResult<void>[] = [];
  for (let start = 0; start < items.length; start += atOnce)
    results.push(...(await Promise.allSettled(items.slice(start, start + atOnce).map(work))));
  const failed = results.find((result) => result.status === 'rejected');
  if (failed) throw failed.reason;
}

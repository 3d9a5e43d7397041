import type { Logger } from 'pino';
import { workspaceId, type WorkspaceId } from '../../domain/ids';
import type { Operation, OperationKindName, OperationStatus } from '../../domain/operations/operation';
import type { Store } from '../../store/store';
import type { StoredOperation } from '../../store/operations';
import { heartbeating } from '../heartbeating';
import type { WorkMetrics } from '../work-metrics';
import { OperationFailed, type OperationKind } from './operation-kind';

export interface OperationDeps {
  readonly store: Pick<Store, 'operations'>;
  readonly clock: () => number;
  readonly log: Logger;
  readonly metrics: Pick<WorkMetrics, 'operationsEnded'>;
  readonly kinds: Readonly<Partial<Record<OperationKindName, OperationKind>>>;
}

/** Names one operation; all that Temporal is told of it beforehand. */
export interface OperationRef {
  readonly ws: string;
  readonly id: string;
}

/** How far one turn came: kinds and counts, which the Temporal UI shows. While `running`, the next turn follows. */
export type OperationTurn =
  { readonly status: 'gone' } | ({ readonly status: OperationStatus } & Pick<Operation, 'kind' | 'progress'>);

export type OperationActivities = ReturnType<typeof createOperationActivities>;

/** One turn is no longer than this, so that the workflow can say how far the operation has come. */
const turnMs = 10_000;

export function createOperationActivities(deps: OperationDeps) {
  return {
    /** Does step after step for a while, or until the operation ends; begins where the last step that was taken down ended. */
    runOperation: ({ ws, id }: OperationRef): Promise<OperationTurn> =>
      heartbeating((signal) => run(deps, workspaceId(ws), id, signal)),
  };
}

async function run(deps: OperationDeps, ws: WorkspaceId, id: string, signal: AbortSignal): Promise<OperationTurn> {
  const endsAt = Date.now() + turnMs;
  for (;;) {
    // Another worker goes on from the cursor.
    signal.throwIfAborted();
    const stored = await deps.store.operations.find(ws, id);
    if (!stored) return { status: 'gone' };
    const { status, kind, progress } = stored.operation;
    if (status === 'running' && Date.now() < endsAt) await takeStep(deps, ws, stored, signal);
    else {
      if (status !== 'running') await tidy(deps, ws, stored, signal);
      return { status, kind, progress };
    }
  }
}

async function takeStep(
  deps: OperationDeps,
  ws: WorkspaceId,
  stored: StoredOperation,
  signal: AbortSignal,
): Promise<void> {
  const { operation } = stored;
  const kind = deps.kinds[operation.kind];
  // An older worker during an upgrade: one that knows the kind tries later.
  if (!kind) throw new Error(`This worker knows no operation "${operation.kind}".`);
  try {
    const outcome = await kind.step({ ws, operation, signal, now: deps.clock() });
    const isTaken = await deps.store.operations.advance(ws, stored, outcome, deps.clock());
    if (isTaken && 'result' in outcome) countEnd(deps, operation, 'completed');
  } catch (error) {
    if (!(error instanceof OperationFailed)) return await delay(deps, ws, operation, { error, signal });
    const { code, message } = error;
    const how = { status: 'failed', error: { code, message } } as const;
    if (await deps.store.operations.end(ws, operation.id, how, deps.clock())) countEnd(deps, operation, 'failed');
    deps.log.warn({ ws, operation: operation.id, kind: operation.kind, code }, 'an operation failed');
  }
}

const countEnd = ({ metrics }: OperationDeps, { kind }: Operation, outcome: 'completed' | 'failed'): void =>
  metrics.operationsEnded.inc({ kind, outcome });

/** Cancelling and failing happen beside the steps, so what these left is cleared away here. */
async function tidy(
  deps: OperationDeps,
  ws: WorkspaceId,
  { operation }: StoredOperation,
  signal: AbortSignal,
): Promise<void> {
  await deps.kinds[operation.kind]?.ended?.({ ws, operation, signal, now: deps.clock() });
}

/** Tells who asks why it takes longer; Temporal tries again. A worker that stops is no reason. */
async function delay(
  deps: OperationDeps,
  ws: WorkspaceId,
  { id, kind }: Operation,
  { error, signal }: { readonly error: unknown; readonly signal: AbortSignal },
): Promise<never> {
  if (signal.aborted) throw error;
  const code = error instanceof Error ? error.name : 'unknown';
  await deps.store.operations.delayed(ws, id, code);
  deps.log.warn({ ws, operation: id, kind, code }, 'a step of an operation is tried again');
  throw error;
}

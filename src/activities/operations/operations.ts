import { Context } from '@temporalio/activity';
import type { Logger } from 'pino';
import { workspaceId, type WorkspaceId } from '../../domain/ids';
import type { OperationKindName, OperationStatus } from '../../domain/operations/operation';
import type { Store } from '../../store/store';
import { heartbeating } from '../heartbeating';
import { OperationFailed, type OperationKind } from './operation-kind';

export interface OperationDeps {
  readonly store: Pick<Store, 'operations'>;
  readonly clock: () => number;
  readonly log: Logger;
  readonly kinds: Readonly<Partial<Record<OperationKindName, OperationKind>>>;
}

/** Names one operation; all that Temporal is told of it. */
export interface OperationRef {
  readonly ws: string;
  readonly id: string;
}

export type OperationActivities = ReturnType<typeof createOperationActivities>;

export function createOperationActivities(deps: OperationDeps) {
  return {
    /** Does step after step until the operation ends; begins where the last one that was taken down ended. */
    runOperation: ({ ws, id }: OperationRef): Promise<OperationStatus | 'gone'> =>
      heartbeating((signal) => run(deps, workspaceId(ws), id, signal)),
  };
}

async function run(
  deps: OperationDeps,
  ws: WorkspaceId,
  id: string,
  signal: AbortSignal,
): Promise<OperationStatus | 'gone'> {
  for (;;) {
    // Another worker goes on from the cursor.
    signal.throwIfAborted();
    const stored = await deps.store.operations.find(ws, id);
    if (!stored) return 'gone';
    const { operation } = stored;
    if (operation.status !== 'running') return operation.status;
    const kind = deps.kinds[operation.kind];
    // An older worker during an upgrade: one that knows the kind tries later.
    if (!kind) throw new Error(`This worker knows no operation "${operation.kind}".`);
    try {
      const outcome = await kind.step({ ws, operation, signal, now: deps.clock() });
      await deps.store.operations.advance(ws, stored, outcome, deps.clock());
      Context.current().heartbeat({ done: outcome.progress.done });
    } catch (error) {
      if (!(error instanceof OperationFailed)) return await delay(deps, ws, id, error);
      const { code, message } = error;
      await deps.store.operations.end(ws, id, { status: 'failed', error: { code, message } }, deps.clock());
      deps.log.warn({ ws, operation: id, kind: operation.kind, code }, 'an operation failed');
    }
  }
}

/** Tells who asks why it takes longer; Temporal tries again. */
async function delay(deps: OperationDeps, ws: WorkspaceId, id: string, error: unknown): Promise<never> {
  const code = error instanceof Error ? error.name : 'unknown';
  await deps.store.operations.delayed(ws, id, code);
  deps.log.warn({ ws, operation: id, code }, 'a step of an operation is tried again');
  throw error;
}

import type { Operation, StepOutcome } from '../../domain/operations/operation';
import type { WorkspaceId } from '../../domain/ids';

export interface OperationContext {
  readonly ws: WorkspaceId;
  readonly operation: Operation;
  /** Aborted when the worker stops: a step that takes longer than seconds ends early, at a cursor. */
  readonly signal: AbortSignal;
  /** Epoch milliseconds. */
  readonly now: number;
}

/**
 * One kind of long work, as steps. A step reads `operation.cursor`, does a bounded piece (seconds), and answers the next cursor or the
 * result. It may be run again with the same cursor after a crash, so doing it twice must do no harm. Throwing `OperationFailed` ends
 * the operation; any other error is passing, and the step is tried again.
 */
export interface OperationKind {
  step(context: OperationContext): Promise<StepOutcome>;
  /** Clears away what the steps needed, however the operation ended. May be done again. */
  ended?(context: OperationContext): Promise<void>;
}

/** The operation cannot succeed, however often it is tried. The message is shown: it names fields and kinds, never values. */
export class OperationFailed extends Error {
  constructor(
    readonly code: string,
    message: string,
  ) {
    super(message);
    this.name = 'OperationFailed';
  }
}

import type { ActivityExecuteInput, ActivityInboundCallsInterceptor, Next } from '@temporalio/worker';
import { ApplicationFailure, TemporalFailure } from '@temporalio/common';
import { CompleteAsyncError } from '@temporalio/activity';

/**
 * Reduces every activity failure to a code. Messages of drivers and vendors quote documents and requests, and a history keeps
 * them in the clear; what went wrong in detail belongs in the log of the process that saw it.
 */
export const failureInterceptor: ActivityInboundCallsInterceptor = {
  async execute(input: ActivityExecuteInput, next: Next<ActivityInboundCallsInterceptor, 'execute'>): Promise<unknown> {
    try {
      return await next(input);
    } catch (error) {
      throw toCode(error);
    }
  },
};

/** Our own failures carry a code as their type and keep their instructions to the server; all others become one. */
export function toCode(error: unknown): unknown {
  if (error instanceof CompleteAsyncError) return error;
  if (error instanceof ApplicationFailure) {
    const { category } = error;
    const delayMs: unknown = error.nextRetryDelay;
    return code(error.type ?? 'Failed', {
      nonRetryable: error.nonRetryable ?? false,
      ...(typeof delayMs === 'number' && { nextRetryDelay: delayMs }),
      ...(category && { category }),
    });
  }
  // Cancellation and time-outs steer the activity's life and hold no text of ours.
  if (error instanceof TemporalFailure) return error;
  return code(error instanceof Error && /^\w{1,64}$/.test(error.name) ? error.name : 'UnknownError', {});
}

function code(type: string, options: Partial<Parameters<typeof ApplicationFailure.create>[0]>): ApplicationFailure {
  const failure = ApplicationFailure.create({ ...options, type, message: type });
  failure.stack = type;
  return failure;
}

import { z } from 'zod';
import { operationStatuses, type Operation } from '../../domain/operations/operation';
import { Instant, presentInstant } from '../instant';
import { AnyObject } from '../json-schema';

export const OperationBody = z.strictObject({
  id: z.string(),
  kind: z.string(),
  status: z.enum(operationStatuses),
  progress: z.strictObject({ done: z.int(), total: z.int().optional() }),
  result: AnyObject.optional(),
  error: z.strictObject({ code: z.string(), message: z.string() }).optional(),
  /** While running: what made the last try of a step fail. */
  delayedBy: z.string().optional(),
  startedBy: z.string(),
  createdAt: Instant,
  updatedAt: Instant,
  endedAt: Instant.optional(),
});

/** Inputs and cursors stay inside: they may name people. */
export function presentOperation(operation: Operation) {
  const { id, kind, status, progress, result, error, delayedBy, startedBy, createdAt, updatedAt, endedAt } = operation;
  return {
    ...{ id, kind, status, progress, startedBy },
    createdAt: presentInstant(createdAt),
    updatedAt: presentInstant(updatedAt),
    ...(result && { result }),
    ...(error && { error }),
    ...(delayedBy !== undefined && { delayedBy }),
    ...(endedAt !== undefined && { endedAt: presentInstant(endedAt) }),
  };
}

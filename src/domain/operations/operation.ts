import type { JsonObject, Json } from '../json';

/**
 * Long work that somebody asked for, done step by step by a workflow of its own. `cancel` says whether it may be stopped half way:
 * what has been done stays done.
 */
export const operationKinds = {
  import: { cancel: true },
  'dead-letter-replay': { cancel: true },
  export: { cancel: true },
  erasure: { cancel: false },
  retention: { cancel: true },
  'audience-copy': { cancel: true },
  'journey-runs': { cancel: true },
  'journey-enrol': { cancel: true },
  simulation: { cancel: true },
} as const satisfies Readonly<Record<string, { readonly cancel: boolean }>>;

export type OperationKindName = keyof typeof operationKinds;
export const operationKindNames = Object.keys(operationKinds) as readonly OperationKindName[];

export const operationStatuses = ['running', 'completed', 'failed', 'cancelled'] as const;
export type OperationStatus = (typeof operationStatuses)[number];

/** How far it has come. `total` where it is known beforehand. */
export interface Progress {
  readonly done: number;
  readonly total?: number;
}

/** One operation. Instants are epoch milliseconds. */
export interface Operation {
  readonly id: string;
  readonly kind: OperationKindName;
  readonly status: OperationStatus;
  /** What it was asked to do; its kind knows the shape. */
  readonly input: JsonObject;
  /** Where the next step begins; absent before the first. */
  readonly cursor?: Json;
  readonly progress: Progress;
  readonly result?: JsonObject;
  /** Why it failed for good. The message names fields and kinds, never values. */
  readonly error?: OperationError;
  /** While running: what has made the last try of a step fail. It is tried again. */
  readonly delayedBy?: string;
  /** Id of the key that asked for it. */
  readonly startedBy: string;
  readonly createdAt: number;
  readonly updatedAt: number;
  readonly endedAt?: number;
}

export interface OperationError {
  readonly code: string;
  readonly message: string;
}

/** What one step did: either where the next one begins, or the result, which ends the operation. */
export type StepOutcome =
  { readonly progress: Progress; readonly cursor: Json } | { readonly progress: Progress; readonly result: JsonObject };

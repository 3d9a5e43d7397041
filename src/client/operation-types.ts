import type { JsonObject } from '../domain/json';

/** Long work that somebody asked for. */
export interface Operation {
  readonly id: string;
  readonly kind: string;
  readonly status: 'running' | 'completed' | 'failed' | 'cancelled';
  readonly progress: { readonly done: number; readonly total?: number };
  readonly result?: JsonObject;
  readonly error?: { readonly code: string; readonly message: string };
  /** While running: what made the last try of a step fail. */
  readonly delayedBy?: string;
  readonly startedBy: string;
  readonly createdAt: string;
  readonly updatedAt: string;
  readonly endedAt?: string;
}

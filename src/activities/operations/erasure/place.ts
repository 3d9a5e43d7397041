import type { ProfileId, WorkspaceId } from '../../../domain/ids';
import type { Json } from '../../../domain/json';
import type { Store } from '../../../store/store';

/** Somebody who was erased, as what is left of them is looked for. */
export interface Erased {
  readonly ws: WorkspaceId;
  readonly profiles: readonly ProfileId[];
  /** `workspace:profile` of each. */
  readonly subjects: readonly string[];
  readonly keys: ReadonlySet<string>;
  readonly values: ReadonlySet<string>;
  readonly pairs: readonly { readonly audience: string; readonly destination: string }[];
  /** Epoch milliseconds. */
  readonly erasedAt: number;
}

export interface PlaceDeps {
  readonly store: Store;
  /** Epoch milliseconds. */
  readonly clock: () => number;
  /** How long an erasure waits for what others have to do. */
  readonly waitMs: number;
  readonly signal: AbortSignal;
}

/** One bounded piece of clearing: how much of the person it took away, and where the next one begins, if any. */
export interface Cleared {
  readonly removed: number;
  readonly next?: Json;
}

/** One collection that may hold something of a person. Clearing again from the same place does no harm. */
export interface Place {
  clear(deps: PlaceDeps, about: Erased, from: Json | undefined): Promise<Cleared>;
}

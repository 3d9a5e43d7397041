import type { WorkspaceId } from '../domain/ids';

/** Which runs of a journey a report is about. */
export interface RunsAsked {
  /** Who entered since; epoch milliseconds. */
  readonly from: number;
  readonly version?: number | undefined;
  /** Who left one of these steps this way: of a split, by the variant. */
  readonly variant?: { readonly steps: readonly string[]; readonly outcome: string } | undefined;
}

/** Runs of made-up people are in no figure. */
export const noTests = { test: { $exists: false } } as const;

export const runsAsked = (ws: WorkspaceId, journey: string, { from, version, variant }: RunsAsked) => ({
  ...(version !== undefined && { version: { $eq: version } }),
  ...(variant && { path: { $elemMatch: { step: { $in: [...variant.steps] }, outcome: { $eq: variant.outcome } } } }),
  ...noTests,
  ws,
  journey: { $eq: journey },
  enteredAt: { $gte: from },
});

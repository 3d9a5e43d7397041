/** What a run has come to so far. Instants are epoch milliseconds. */
export interface PullRun {
  readonly startedAt: number;
  /** Pages that are stored: with one, a run that was cut off goes on in the middle. */
  readonly pages: number;
  /** Rows read, of which some may have been read before. */
  readonly rows: number;
  /** Events that are new. */
  readonly accepted: number;
  /** Rows that have been read before, and say what they said. */
  readonly duplicates: number;
  /** Rows that became dead letters. */
  readonly rejected: number;
  /** Rows of what happened longer ago than events are kept; absent in runs of before they were counted. */
  readonly tooOld?: number;
}

/** What became of the rows of one page. */
export type PageCounts = Required<Omit<PullRun, 'startedAt' | 'pages'>>;

export const pullOutcomes = ['completed', 'refused', 'stopped'] as const;
/** `refused` by the source, for a reason that needs a person; `stopped` because the source was reset, switched off or deleted. */
export type PullOutcome = (typeof pullOutcomes)[number];

export interface EndedPullRun extends PullRun {
  readonly endedAt: number;
  readonly outcome: PullOutcome;
}

/** Why a source did not answer as it should. The message names fields and kinds, never values. */
export interface PullProblem {
  readonly code: string;
  readonly message: string;
  readonly at: number;
}

const nothing = { pages: 0, rows: 0, accepted: 0, duplicates: 0, rejected: 0, tooOld: 0 } as const;

export const startRun = (now: number): PullRun => ({ startedAt: now, ...nothing });

/** A run with one page more. */
export function withPage(run: PullRun, page: PageCounts): PullRun {
  return {
    startedAt: run.startedAt,
    pages: run.pages + 1,
    rows: run.rows + page.rows,
    accepted: run.accepted + page.accepted,
    duplicates: run.duplicates + page.duplicates,
    rejected: run.rejected + page.rejected,
    tooOld: (run.tooOld ?? 0) + page.tooOld,
  };
}

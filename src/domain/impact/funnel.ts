import type { PathEntry } from '../journeys/enrollment';
import { median } from './percentile';
import { tally, totalOf, type Counts } from './states';

/** Visits of one step that ended the same way; an absent outcome is people who stand there. */
export interface StepVisits {
  readonly step: string;
  readonly outcome?: string;
  /** Why what the step sends did not arrive. */
  readonly why?: string;
  /** The run was cut short here: by an exit rule, by hand or otherwise, or since it cannot go on; the outcome is its reason. */
  readonly cut?: 'exited' | 'failed';
  readonly count: number;
}

export interface FunnelStep {
  readonly step: string;
  readonly entered: number;
  readonly waiting: number;
  /** Who went on, or ended here as the journey says, by outcome. */
  readonly left: Counts;
  /** Whose run was cut short here, by reason. */
  readonly exited: Counts;
  /** Whose run could not go on here, by reason. */
  readonly failed: Counts;
  /** Of those who are here: past the instant at which they should have gone on, by more than `stuckAfterMs`. */
  readonly stuck: number;
  /** Outcome → why what was sent has not arrived → number: `withheld` by `consent`, `rejected` by a code. */
  readonly reasons?: Readonly<Record<string, Counts>>;
  /** Milliseconds between reaching the step and leaving it. */
  readonly medianDwellMs?: number;
}

/** How late somebody may go on, on a busy machine, and not be stuck. */
export const stuckAfterMs = 60_000;

/** A run as far as the time spent in its steps goes. */
export interface Walked {
  readonly path: readonly PathEntry[];
  readonly endedAt?: number;
}

/** The steps in the order given, then those that only older versions had. Nobody is lost: entered = waiting + left + exited + failed, at every step. */
export function funnelOf(
  order: readonly string[],
  visits: readonly StepVisits[],
  dwells: ReadonlyMap<string, readonly number[]>,
  stuck: ReadonlyMap<string, number> = new Map(),
): FunnelStep[] {
  const steps = [...new Set([...order, ...visits.map(({ step }) => step)])];
  return steps.map((step) => {
    const here = visits.filter((visit) => visit.step === step);
    const entered = here.reduce((sum, { count }) => sum + count, 0);
    const [left, exited, failed] = ([undefined, 'exited', 'failed'] as const).map((wanted) =>
      byOutcome(here.filter(({ cut }) => cut === wanted)),
    ) as [Counts, Counts, Counts];
    const reasons = reasonsAt(here);
    const medianDwellMs = median(dwells.get(step) ?? []);
    return {
      step,
      entered,
      waiting: entered - totalOf(left) - totalOf(exited) - totalOf(failed),
      left,
      exited,
      failed,
      stuck: stuck.get(step) ?? 0,
      ...(reasons && { reasons }),
      ...(medianDwellMs !== undefined && { medianDwellMs }),
    };
  });
}

const byOutcome = (visits: readonly StepVisits[]): Counts =>
  tally(visits.flatMap(({ outcome, count }) => (outcome === undefined ? [] : [[outcome, count] as const])));

function reasonsAt(visits: readonly StepVisits[]): Record<string, Counts> | undefined {
  const told = visits.flatMap(({ outcome, why, count }) =>
    outcome === undefined || why === undefined ? [] : [{ outcome, row: [why, count] as const }],
  );
  if (told.length === 0) return undefined;
  const of = (wanted: string) => tally(told.filter(({ outcome }) => outcome === wanted).map(({ row }) => row));
  return Object.fromEntries([...new Set(told.map(({ outcome }) => outcome))].map((outcome) => [outcome, of(outcome)]));
}

/** Milliseconds of every completed visit, by step. */
export function dwellsOf(runs: readonly Walked[]): Map<string, number[]> {
  const dwells = new Map<string, number[]>();
  for (const { path, endedAt } of runs) {
    path.forEach(({ step, at, outcome }, index) => {
      const leftAt = path[index + 1]?.at ?? endedAt;
      if (outcome === undefined || leftAt === undefined) return;
      const known = dwells.get(step);
      if (known) known.push(Math.max(0, leftAt - at));
      else dwells.set(step, [Math.max(0, leftAt - at)]);
    });
  }
  return dwells;
}

import type { PathEntry } from '../journeys/enrollment';
import { median } from './percentile';
import { tally, type Counts } from './states';

/** Visits of one step that ended the same way; an absent outcome is people who stand there. */
export interface StepVisits {
  readonly step: string;
  readonly outcome?: string;
  readonly count: number;
}

export interface FunnelStep {
  readonly step: string;
  readonly entered: number;
  readonly waiting: number;
  readonly left: Counts;
  /** Milliseconds between reaching the step and leaving it. */
  readonly medianDwellMs?: number;
}

/** A run as far as the time spent in its steps goes. */
export interface Walked {
  readonly path: readonly PathEntry[];
  readonly endedAt?: number;
}

/** The steps in the order given, then those that only older versions had. Nobody is lost: entered = waiting + left, at every step. */
export function funnelOf(
  order: readonly string[],
  visits: readonly StepVisits[],
  dwells: ReadonlyMap<string, readonly number[]>,
): FunnelStep[] {
  const steps = [...new Set([...order, ...visits.map(({ step }) => step)])];
  return steps.map((step) => {
    const here = visits.filter((visit) => visit.step === step);
    const gone = here.flatMap(({ outcome, count }) => (outcome === undefined ? [] : [[outcome, count] as const]));
    const entered = here.reduce((sum, { count }) => sum + count, 0);
    const left = gone.reduce((sum, [, count]) => sum + count, 0);
    const medianDwellMs = median(dwells.get(step) ?? []);
    return {
      step,
      entered,
      waiting: entered - left,
      left: tally(gone),
      ...(medianDwellMs !== undefined && { medianDwellMs }),
    };
  });
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

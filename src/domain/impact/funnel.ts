import type { PathEntry } from '../journeys/enrollment';
import { median } from './percentile';
import { tally, totalOf, type Counts } from './states';

/** Visits of one step that ended the same way; an absent outcome is people who stand there. */
export interface StepVisits {
  readonly step: string;
  readonly outcome?: string;
  /** The run was cut short here, by an exit rule, by hand or otherwise; the outcome is its reason. */
  readonly isExit: boolean;
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
  /** Milliseconds between reaching the step and leaving it. */
  readonly medianDwellMs?: number;
}

/** A run as far as the time spent in its steps goes. */
export interface Walked {
  readonly path: readonly PathEntry[];
  readonly endedAt?: number;
}

/** The steps in the order given, then those that only older versions had. Nobody is lost: entered = waiting + left + exited, at every step. */
export function funnelOf(
  order: readonly string[],
  visits: readonly StepVisits[],
  dwells: ReadonlyMap<string, readonly number[]>,
): FunnelStep[] {
  const steps = [...new Set([...order, ...visits.map(({ step }) => step)])];
  return steps.map((step) => {
    const here = visits.filter((visit) => visit.step === step);
    const entered = here.reduce((sum, { count }) => sum + count, 0);
    const left = byOutcome(here.filter(({ isExit }) => !isExit));
    const exited = byOutcome(here.filter(({ isExit }) => isExit));
    const medianDwellMs = median(dwells.get(step) ?? []);
    return {
      step,
      entered,
      waiting: entered - totalOf(left) - totalOf(exited),
      left,
      exited,
      ...(medianDwellMs !== undefined && { medianDwellMs }),
    };
  });
}

const byOutcome = (visits: readonly StepVisits[]): Counts =>
  tally(visits.flatMap(({ outcome, count }) => (outcome === undefined ? [] : [[outcome, count] as const])));

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

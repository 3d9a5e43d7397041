import type { EnrollmentStatus } from '../journeys/enrollment';
import { tally, type Counts } from './states';

/** How many runs stand in a way for a reason; only ended runs have one. */
export interface RunCount {
  readonly status: EnrollmentStatus;
  readonly reason?: string;
  readonly count: number;
}

/** Runs by how they stand: `entered` is the sum of the others. Those about to start are active. */
export function countRuns(runs: readonly RunCount[]) {
  const of = (...statuses: readonly EnrollmentStatus[]) =>
    runs.filter(({ status }) => statuses.includes(status)).reduce((sum, { count }) => sum + count, 0);
  return {
    entered: runs.reduce((sum, { count }) => sum + count, 0),
    active: of('starting', 'active'),
    completed: of('completed'),
    exited: of('exited'),
    failed: of('failed'),
  };
}

/** Why runs exited: reason → number. */
export const exitReasons = (runs: readonly RunCount[]): Counts =>
  tally(
    runs.filter(({ status }) => status === 'exited').map(({ reason = 'unstated', count }) => [reason, count] as const),
  );

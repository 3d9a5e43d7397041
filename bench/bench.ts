import type { Usage } from './meter';
import type { Rig } from './rig';

export interface BenchResult {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  /** The same work by the plainest means, measured in the same run. */
  readonly floor?: number;
  /** Median over the rounds; each round measures value and floor one after the other. */
  readonly ratio?: number;
  /** What `ratio` must reach; where there is none, what `value` may be at most. */
  readonly target?: number;
  /** What happened besides, in words and figures. */
  readonly note?: string;
  /** What the processes used for each thousand of the unit. */
  readonly usage?: readonly Usage[];
}

export interface BenchOptions {
  /** Enrollments put to sleep by `sleeping`. */
  readonly sleepers: number;
  /** Enrollments that `memory` begins. */
  readonly enrollments: number;
  /** Enrollments that are due in one second of `lateness`. */
  readonly dueAtOnce: number;
  /** Rows of the large file of `import`. */
  readonly importRows: number;
  /** Events that each of the people of `merge` has. */
  readonly storedEvents: number;
  /** People among whom `lookup` looks. */
  readonly profiles: number;
  /** Events of one batch of `resolution`. */
  readonly batchEvents: number;
}

/** Measures something on processes of its own, which `rig` starts and throws away. */
export type Bench = (rig: Rig, options: BenchOptions) => Promise<readonly BenchResult[]>;

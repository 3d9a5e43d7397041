import type { ExperimentResult, VariantResult } from '../domain/impact/experiment';

/** How the variants of an experiment compare. */
export interface ExperimentReport extends ExperimentResult {
  readonly experiment: string;
  readonly journey: string;
  readonly goal?: string;
  readonly winner: 'report' | 'auto';
  /** Since when newcomers get the winner, and by which figures. */
  readonly decided?: Pick<ExperimentResult, 'variants' | 'contaminated' | 'sampleRatio'> & {
    readonly variant: string;
    readonly at: string;
    readonly journey: string;
  };
}

export type { VariantResult };

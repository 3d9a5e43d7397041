import type { SimulationReport } from '../domain/journeys/simulated/simulation-report';

export type { SimulationReport };

export interface SimulateInput {
  /** The last so many days; 30 unless said. In its place `from` and `to`, as RFC 3339 text. */
  readonly days?: number;
  readonly from?: string | number;
  readonly to?: string | number;
  readonly version?: 'draft' | number;
  readonly sample?: number;
  readonly seed?: string;
  readonly conflicts?: boolean;
  readonly closeWithin?: string;
}

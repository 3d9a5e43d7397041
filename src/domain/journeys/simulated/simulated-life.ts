import type { Enrollment } from '../enrollment';

/** A send of a simulated run: what became of it, and why where it did not leave. */
export interface SimulatedSend {
  readonly enrollment: string;
  readonly journey: string;
  readonly step: string;
  readonly destination: string;
  readonly channel?: string;
  readonly status: string;
  readonly reason?: string;
  readonly at: number;
}

/** What the journeys did in one person's life. */
export interface SimulatedLife {
  readonly runs: readonly Enrollment[];
  readonly sends: readonly SimulatedSend[];
  /** There was no end to it, and the rest is left out. */
  readonly isCutShort: boolean;
}

/** Which of its sends may have reached the person. */
export const hasArrived = ({ status }: SimulatedSend): boolean => status === 'delivered' || status === 'unknown';

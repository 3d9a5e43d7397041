import type { JourneyDefinition } from '../journey.schema';

/** What a simulation is asked: one version of a journey, over the events of a window. Instants are epoch milliseconds. */
export interface SimulationInput {
  readonly definition: JourneyDefinition;
  /** What the runs are said to be of: a published version, or the one that the draft would become. */
  readonly version: number;
  readonly isDraft: boolean;
  readonly from: number;
  readonly to: number;
  /** How many people are looked at; everybody, where there are no more. */
  readonly people: number;
  /** Which of them: the same seed, the same people. */
  readonly seed: string;
  /** Whether other published journeys are lived along, and how far apart two messages are close; absent when not. */
  readonly closeMs?: number;
}

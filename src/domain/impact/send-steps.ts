import type { CompiledJourney } from '../journeys/compiled-journey';
import { firstDestination } from '../journeys/steps/send';
import { stepParts } from '../journeys/step-kinds';

/** A send step of one published version. */
export interface SendStepRef {
  readonly journey: string;
  readonly version: number;
  readonly step: string;
  readonly destination: string;
}

/** Every place that sends, in every version that somebody may be inside, by where it sends first. */
export function sendStepsOf(journeys: readonly CompiledJourney[]): SendStepRef[] {
  return journeys.flatMap(({ key: journey, version, definition }) =>
    Object.entries(definition.steps).flatMap(([id, step]) =>
      stepParts(step).flatMap((part) =>
        'destination' in part && part.path === firstDestination
          ? [{ journey, version, step: id, destination: part.destination }]
          : [],
      ),
    ),
  );
}

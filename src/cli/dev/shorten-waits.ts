import { parseDuration } from '../../domain/duration';
import type { JourneyDefinition, Step } from '../../domain/journeys/journey.schema';
import { stepParts } from '../../domain/journeys/step-kinds';

/**
 * The same journey with its waits and time-outs `factor` times shorter, in whole seconds rounded up: with 720, a day passes
 * in two minutes. Only what makes a run sleep changes; windows of goals, rules and re-entry stay, since they say what counts.
 */
export function shortenWaits<Definition extends Pick<JourneyDefinition, 'steps'>>(
  definition: Definition,
  factor: number,
): Definition {
  const steps = Object.entries(definition.steps).map(([id, step]) => [id, shortenStep(step, factor)] as const);
  return { ...definition, steps: Object.fromEntries(steps) };
}

function shortenStep(step: Step, factor: number): Step {
  const waits = stepParts(step).flatMap((part) =>
    'wait' in part ? [[part.path.slice(1), shorten(part.wait, factor)] as const] : [],
  );
  return { ...step, ...Object.fromEntries(waits) };
}

const shorten = (duration: string, factor: number): string => `${Math.ceil(parseDuration(duration) / factor / 1_000)}s`;

import { resolveComputed, type ComputedValues } from '../audiences/computed/resolve-computed';
import type { CompiledJourney } from './compiled-journey';
import type { Step } from './journey.schema';

/** The journey with what its rules read of what is computed in its place. */
export function withComputed(journey: CompiledJourney, computed: ComputedValues): CompiledJourney {
  const { entry, steps } = journey.definition;
  const resolved = Object.entries(steps).map(([id, step]) => [id, resolveStep(step, computed)] as const);
  return {
    ...journey,
    definition: {
      ...journey.definition,
      entry: { ...entry, ...(entry.if && { if: resolveComputed(entry.if, computed) }) },
      steps: Object.fromEntries(resolved),
    },
  };
}

function resolveStep(step: Step, computed: ComputedValues): Step {
  if (step.type !== 'branch') return step;
  return { ...step, cases: step.cases.map((one) => ({ ...one, if: resolveComputed(one.if, computed) })) };
}

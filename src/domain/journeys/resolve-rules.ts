import type { Rule } from '../audiences/rule.schema';
import type { CompiledJourney } from './compiled-journey';
import type { Step } from './journey.schema';

/** The journey with what its rules name in the place of the names. */
export function withRules(journey: CompiledJourney, resolve: (rule: Rule) => Rule): CompiledJourney {
  const { entry, steps } = journey.definition;
  const resolved = Object.entries(steps).map(([id, step]) => [id, resolveStep(step, resolve)] as const);
  return {
    ...journey,
    definition: {
      ...journey.definition,
      entry: { ...entry, ...(entry.if && { if: resolve(entry.if) }) },
      steps: Object.fromEntries(resolved),
    },
  };
}

function resolveStep(step: Step, resolve: (rule: Rule) => Rule): Step {
  if (step.type !== 'branch') return step;
  return { ...step, cases: step.cases.map((one) => ({ ...one, if: resolve(one.if) })) };
}

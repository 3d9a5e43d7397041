import { chainOf, longestChain } from '../chain';
import type { StepOf } from '../journey.schema';
import { end } from '../move';
import { readValues, recordOnce } from '../record';
import type { StepKind } from '../step-kind';

export const emit: StepKind<StepOf<'emit'>> = {
  take(step, standing) {
    const { run, facts, now } = standing;
    const emittedBy = chainOf(run);
    if (emittedBy.length > longestChain) return end(run, 'failed', 'emit-depth', now);
    return recordOnce(standing, step.next, {
      name: step.event,
      say: () => ({
        kind: 'track',
        name: step.event,
        properties: readValues(step.properties ?? {}, facts.root),
        emittedBy,
      }),
    });
  },
  parts: (step) => (step.next === undefined ? [] : [{ next: step.next, path: '/next' }]),
};

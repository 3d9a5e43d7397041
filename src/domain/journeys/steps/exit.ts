import type { StepOf } from '../journey.schema';
import { end } from '../move';
import type { StepKind } from '../step-kind';

export const exit: StepKind<StepOf<'exit'>> = {
  take: (step, { run, now }) => end(run, 'completed', step.reason ?? 'completed', now),
  parts: () => [],
};

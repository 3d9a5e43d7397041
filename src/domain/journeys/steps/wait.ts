import { parseDuration } from '../../duration';
import type { StepOf } from '../journey.schema';
import { goTo, waitForIntake, waitUntil } from '../move';
import type { StepKind } from '../step-kind';

export const wait: StepKind<StepOf<'wait'>> = {
  take(step, standing) {
    const dueAt = standing.run.arrivedAt + parseDuration(step.for);
    if (standing.now < dueAt) return waitUntil(standing, dueAt, `waits ${step.for}`);
    return standing.facts.isIntakeBehind ? waitForIntake(standing, dueAt) : goTo(standing, step.next, 'waited');
  },
  parts: (step) => [
    { wait: step.for, path: '/for' },
    { next: step.next, path: '/next' },
  ],
};

import type { StepOf } from '../journey.schema';
import { goTo } from '../move';
import type { StepKind } from '../step-kind';

/** The first case that holds now. */
export const branch: StepKind<StepOf<'branch'>> = {
  take(step, standing) {
    const index = step.cases.findIndex((candidate) => standing.facts.evaluate(candidate.if));
    const found = step.cases[index];
    return found ? goTo(standing, found.next, `case ${index + 1}`) : goTo(standing, step.else, 'else');
  },
  parts: (step) => [
    ...step.cases.flatMap(({ if: rule, next }, index) => [
      { rule, path: `/cases/${index}/if` },
      { next, path: `/cases/${index}/next` },
    ]),
    { next: step.else, path: '/else' },
  ],
};

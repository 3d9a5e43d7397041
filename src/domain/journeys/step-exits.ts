import type { Step } from './journey.schema';

/** A way out of a step; `path` is a JSON pointer within the step. */
export interface StepExit {
  readonly to: string;
  readonly path: string;
}

/** Every step that a step may lead to, in the order of the definition. */
export function exitsOf(step: Step): StepExit[] {
  switch (step.type) {
    case 'wait':
      return [{ to: step.next, path: '/next' }];
    case 'wait-for':
      return [
        ...step.first.map(({ next }, index) => ({ to: next, path: `/first/${index}/next` })),
        { to: step.onTimeout, path: '/onTimeout' },
      ];
    case 'branch':
      return [
        ...step.cases.map(({ next }, index) => ({ to: next, path: `/cases/${index}/next` })),
        { to: step.else, path: '/else' },
      ];
    case 'send':
    case 'update':
      return step.next === undefined ? [] : [{ to: step.next, path: '/next' }];
    case 'exit':
      return [];
  }
}

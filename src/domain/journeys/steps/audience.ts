import type { StepOf } from '../journey.schema';
import { goTo } from '../move';
import { recordOnce } from '../record';
import type { StepKind } from '../step-kind';

/** Says of the person that they are on the list of a manual audience, or not, as somebody does by hand. */
export const audience: StepKind<StepOf<'audience'>> = {
  take(step, standing) {
    const { list } = standing.facts;
    if (list === undefined) return goTo(standing, step.next, 'no-such-audience');
    return recordOnce(standing, step.next, {
      name: 'identify',
      say: () => ({
        kind: 'identify',
        name: 'identify',
        listing: { list, isOn: step.do === 'add' },
      }),
    });
  },
  parts: (step) => [
    { manual: step.audience, path: '/audience' },
    ...(step.next === undefined ? [] : [{ next: step.next, path: '/next' }]),
  ],
};

import { omit, own } from '../json';
import type { CompiledJourney } from './compiled-journey';
import { effectKey, type Enrollment } from './enrollment';

const leftLimit = 20;

/** The run with a note that nobody makes the send of its present visit any more: if it was begun, its delivery is to be withheld. */
export const withLeft = (run: Enrollment): Enrollment => ({
  ...run,
  left: [...(run.left ?? []), effectKey(run)].slice(-leftLimit),
});

/** A run that was taken to another step from outside, with that note where it stood at a send. */
export function leaving(run: Enrollment, { definition }: CompiledJourney, arrived: Enrollment): Enrollment {
  if (own(definition.steps, run.step)?.type !== 'send') return arrived;
  const { left } = withLeft(run);
  return { ...arrived, ...(left && { left }) };
}

/** The run once what it had left is seen to. */
export const seenTo = (run: Enrollment): Enrollment => omit(run, 'left');

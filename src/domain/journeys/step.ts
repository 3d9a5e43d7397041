import { own } from '../json';
import { isInside } from './enrollment';
import type { Step } from './journey.schema';
import { end, lifetimeEnd, type Move, type StepCause, type StepFacts } from './move';
import type { CompiledJourney } from './compiled-journey';
import type { Enrollment } from './enrollment';
import { takeStep } from './step-kinds';

/**
 * What the present step of a run decides at `now`: pure, and the same for the workflow, the simulator and the tests. Whoever calls
 * repeats it while it answers `step`, with fresh facts.
 */
export function step(journey: CompiledJourney, run: Enrollment, cause: StepCause, facts: StepFacts, now: number): Move {
  if (!isInside(run)) return { to: 'end', run };
  if (now >= lifetimeEnd(journey, run)) return end(run, 'exited', 'lifetime', now);
  const present = stepOf(journey, run);
  // Publishing refuses such journeys; a run that meets one all the same fails where people see it.
  if (!present) return end(run, 'failed', 'no-such-step', now);
  return takeStep(present, { journey, run, cause, facts, now });
}

export const stepOf = ({ definition }: CompiledJourney, run: Pick<Enrollment, 'step'>): Step | undefined =>
  own(definition.steps, run.step);

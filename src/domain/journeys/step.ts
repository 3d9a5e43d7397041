import { own } from '../json';
import { isInside } from './enrollment';
import type { Step, StepOf } from './journey.schema';
import { end, lifetimeEnd, type StepFacts, type Move, type Standing, type StepCause } from './move';
import type { CompiledJourney } from './compiled-journey';
import type { Enrollment } from './enrollment';
import { takeBranch } from './steps/branch';
import { takeSend } from './steps/send';
import { takeUpdate } from './steps/update';
import { takeWait } from './steps/wait';
import { takeWaitFor } from './steps/wait-for';

const kinds: { readonly [Type in Step['type']]: (step: StepOf<Type>, standing: Standing) => Move } = {
  wait: takeWait,
  'wait-for': takeWaitFor,
  branch: takeBranch,
  send: takeSend,
  update: takeUpdate,
  exit: (step, { run, now }) => end(run, 'completed', step.reason ?? 'completed', now),
};

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
  return take(present, { journey, run, cause, facts, now });
}

export const stepOf = ({ definition }: CompiledJourney, run: Pick<Enrollment, 'step'>): Step | undefined =>
  own(definition.steps, run.step);

function take<Type extends Step['type']>(present: StepOf<Type> & { type: Type }, standing: Standing): Move {
  return kinds[present.type](present, standing);
}

import { parseDuration } from '../../duration';
import type { StepOf } from '../journey.schema';
import { goTo, waitForIntake, waitUntil, type Move, type Standing } from '../move';

export function takeWait(step: StepOf<'wait'>, standing: Standing): Move {
  const dueAt = standing.run.arrivedAt + parseDuration(step.for);
  if (standing.now < dueAt) return waitUntil(standing, dueAt, `waits ${step.for}`);
  return standing.facts.isIntakeBehind ? waitForIntake(standing, dueAt) : goTo(standing, step.next, 'waited');
}

import type { StepOf } from '../journey.schema';
import { goTo, type Move, type Standing } from '../move';

/** The first case that holds now. */
export function takeBranch(step: StepOf<'branch'>, standing: Standing): Move {
  const index = step.cases.findIndex((candidate) => standing.facts.evaluate(candidate.if));
  const found = step.cases[index];
  return found ? goTo(standing, found.next, `case ${index + 1}`) : goTo(standing, step.else, 'else');
}

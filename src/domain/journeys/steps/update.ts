import type { Json } from '../../json';
import type { StepOf } from '../journey.schema';
import type { Standing } from '../move';
import { readValues, recordOnce, type Said } from '../record';
import type { StepKind } from '../step-kind';

export const update: StepKind<StepOf<'update'>> = {
  take: (step, standing) => recordOnce(standing, step.next, { name: 'identify', say: () => saidBy(step, standing) }),
  parts: (step) => (step.next === undefined ? [] : [{ next: step.next, path: '/next' }]),
};

function saidBy({ set = {}, unset = [], increment = {} }: StepOf<'update'>, { facts }: Standing): Said | undefined {
  const gone = unset.map((name): [string, Json] => [name, null]);
  const traits = { ...readValues(set, facts.root), ...Object.fromEntries(gone) };
  // Numbers in texts are not numbers, and what is not there adds nothing.
  const increments = Object.fromEntries(
    Object.entries(readValues(increment, facts.root)).flatMap(([name, by]): [string, number][] =>
      typeof by === 'number' ? [[name, by]] : [],
    ),
  );
  const isAny = Object.keys(increments).length > 0;
  if (!isAny && Object.keys(traits).length === 0) return undefined;
  return { kind: 'identify', name: 'identify', traits, ...(isAny && { increments }) };
}

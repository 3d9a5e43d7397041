import { parseDuration } from '../../duration';
import { drawnByWinner, drawVariant, weightsText } from '../draw-variant';
import { exposureName } from '../exposure';
import type { StepOf } from '../journey.schema';
import { goTo, type Move, type Standing } from '../move';
import { waitForOwn, type Said } from '../record';
import type { StepKind } from '../step-kind';

type Split = StepOf<'split'>;

/**
 * On by the variant that the person has in the experiment; the first time they come, by one that chance or the winner gives them, which
 * their profile keeps from then on.
 */
export const split: StepKind<Split> = {
  take(step, standing) {
    const { run, facts } = standing;
    const kept = step.variants.find(({ key }) => key === facts.exposure?.variant);
    if (kept) return goOn(step, standing, kept);
    if (facts.recorded === 'pending') return waitForOwn(standing, exposureName);
    const winner = step.variants.find(({ key }) => key === facts.winner);
    const drawn = winner ?? drawVariant(step, facts.ids[0] ?? run.profile);
    // Their variant is of before, or their profile takes nothing down: they are led on, and not measured.
    if (facts.exposure || facts.recorded !== 'absent') return goOn(step, standing, drawn);
    return { to: 'record', run, said: exposed(step, standing, drawn.key, winner !== undefined) };
  },
  parts: (step) => [
    ...step.variants.map(({ next }, index) => ({ next, path: `/variants/${index}/next` })),
    ...(step.goal === undefined ? [] : [{ goal: step.goal, path: '/goal' }]),
  ],
};

/** The run matters to its person until the window of the goal is over, which opens here. */
function goOn({ goal: key }: Split, standing: Standing, { key: variant, next }: Split['variants'][number]): Move {
  const { journey, run, now } = standing;
  const goal = journey.definition.goals?.find((one) => one.key === key);
  const openUntil = Math.max(run.openUntil, goal ? now + parseDuration(goal.within) : 0);
  return goTo({ ...standing, run: { ...run, openUntil } }, next, variant);
}

function exposed({ experiment, variants }: Split, { run }: Standing, variant: string, hasWon: boolean): Said {
  const drawnBy = hasWon ? drawnByWinner : weightsText(variants);
  const properties = { experiment, variant, drawnBy, journey: run.journey, step: run.step };
  return { kind: 'track', name: exposureName, properties };
}

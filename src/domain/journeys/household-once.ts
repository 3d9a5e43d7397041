import { parseDuration } from '../duration';
import type { CompiledJourney } from './compiled-journey';
import type { Enrollment } from './enrollment';
import type { StepOf } from './journey.schema';

/** Why a send was withheld: somebody else of the household has, or is about to get, the message of this step. */
export const householdOnce = 'household-once';

/** "For ever" of a household, as of keyed runs. */
const longestMs = 400 * 86_400_000;

/** How a step speaks to a household once: for how long, and whether runs of other entry keys have messages of their own. */
export interface OncePerHousehold {
  readonly windowMs: number;
  readonly isPerKey: boolean;
}

/** As long as the journey bars whoever was in it, by the same key; or as long as the step says, whatever the key. */
export function oncePerHousehold(
  { once }: Pick<StepOf<'send'>, 'once'>,
  { againAfterMs }: Pick<CompiledJourney, 'againAfterMs'>,
): OncePerHousehold | undefined {
  if (once === undefined) return undefined;
  if (once === 'household') return { windowMs: Math.min(againAfterMs, longestMs), isPerKey: true };
  return { windowMs: Math.min(parseDuration(once.within), longestMs), isPerKey: false };
}

/** What is known of a place that a run has taken. */
interface TakenPlace {
  readonly run: string;
  readonly at: number;
  /** The delivery by which it was taken surely never arrived. */
  readonly hasNotArrived: boolean;
}

/** Whose place it is: the run's own, one that it may take, or that of somebody else. A run that has it keeps it for later visits. */
export function whosePlace(
  taken: TakenPlace | undefined,
  { id }: Pick<Enrollment, 'id'>,
  { windowMs }: OncePerHousehold,
  now: number,
): 'own' | 'free' | 'taken' {
  if (!taken || taken.hasNotArrived || taken.at + windowMs <= now) return 'free';
  return taken.run === id ? 'own' : 'taken';
}

import { own, omit, withKey } from '../json';
import { parseDuration } from '../duration';
import type { Event, RuleEvent } from '../events/event';
import { ownMark } from '../events/own';
import type { CompiledJourney } from './compiled-journey';
import type { Conversion, Enrollment } from './enrollment';
import { reachedGoal } from './routing';
import { causeAt, type Cause } from './trigger';

/** That somebody has come to a split of an experiment for the first time. Nobody else can send one. */
export const exposureName = `${ownMark}exposure`;

/** Which variant of an experiment somebody gets, for good, and since when. */
export interface Exposure {
  readonly variant: string;
  readonly at: number;
  /** What it was drawn by, as `weightsText` has it; `won` once the experiment had a winner. */
  readonly drawnBy: string;
  /** Two profiles with different variants turned out to be one person: not to be compared. */
  readonly isContaminated?: true;
  /** The first time that the experiment's goal was reached within its window. */
  readonly conversion?: Pick<Conversion, 'at' | 'value' | 'currency'>;
}

/** By experiment. */
export type Exposures = Readonly<Record<string, Exposure>>;

/** What an event says of an exposure; nothing where it is another one. */
export function readExposure(event: Pick<Event, 'name' | 'properties'>) {
  const { experiment, variant, drawnBy } = event.properties;
  if (event.name !== exposureName || typeof experiment !== 'string') return undefined;
  if (typeof variant !== 'string' || typeof drawnBy !== 'string') return undefined;
  return { experiment, variant, drawnBy };
}

/** Exposures after an event: the first of each experiment counts. */
export function withExposure(exposures: Exposures | undefined, event: RuleEvent): Exposures | undefined {
  const said = readExposure(event);
  if (!said || own(exposures ?? {}, said.experiment)) return exposures;
  const { experiment, variant, drawnBy } = said;
  return withKey<Exposure>(exposures ?? {}, experiment, { variant, drawnBy, at: event.at });
}

/** What one person has who was two: of two exposures the older. */
export function uniteExposures(one: Exposures = {}, other: Exposures = {}): Exposures {
  const both = Object.entries(one).map(([experiment, exposure]) => {
    const found = own(other, experiment);
    return [experiment, found ? uniteExposure(exposure, found) : exposure] as const;
  });
  return { ...other, ...Object.fromEntries(both) };
}

function uniteExposure(one: Exposure, other: Exposure): Exposure {
  const [older, younger] = isOlder(one, other) ? [one, other] : [other, one];
  const isContaminated = one.variant !== other.variant || one.isContaminated || other.isContaminated;
  const converted = [older.conversion, younger.conversion].flatMap((found) => found ?? []);
  const conversion = converted.sort((a, b) => a.at - b.at)[0];
  return {
    ...omit(older, 'isContaminated', 'conversion'),
    ...(isContaminated && { isContaminated: true }),
    ...(conversion && { conversion }),
  };
}

/** Of two of one instant any, but the same whoever absorbs whom. */
function isOlder(one: Exposure, other: Exposure): boolean {
  if (one.at !== other.at) return one.at < other.at;
  return `${one.variant} ${one.drawnBy}` <= `${other.variant} ${other.drawnBy}`;
}

/** As a field of whatever has exposures: absent when there are none. */
export const exposuresField = (exposures: Exposures | undefined): { readonly experiments?: Exposures } =>
  exposures && Object.keys(exposures).length > 0 ? { experiments: exposures } : {};

/**
 * Exposures after a cause that reaches the goals of a journey's experiments: once each, within the goal's window from the exposure, also
 * after the run has ended.
 */
export function convertExposed(
  exposures: Exposures,
  run: Enrollment,
  { definition }: CompiledJourney,
  cause: Cause,
): Exposures {
  const splits = Object.values(definition.steps).flatMap((step) => (step.type === 'split' ? step : []));
  return splits.reduce((so, { experiment, goal: key }) => {
    const exposure = own(so, experiment);
    const goal = definition.goals?.find((one) => one.key === key);
    if (!exposure || !goal || exposure.conversion) return so;
    const age = causeAt(cause) - exposure.at;
    if (age < 0 || age > parseDuration(goal.within)) return so;
    const reached = reachedGoal(goal, run, cause);
    return reached
      ? withKey<Exposure>(so, experiment, { ...exposure, conversion: omit(reached, 'goal', 'messageId') })
      : so;
  }, exposures);
}

import { own, withKey } from '../../json';
import type { Enrollment } from '../enrollment';
import type { JourneyDefinition, Step } from '../journey.schema';
import { hasArrived, type SimulatedLife, type SimulatedSend } from './simulated-life';

/** How a journey meets another one. Counted in people, but for sends. */
export interface ConflictTally {
  /** Inside both at the same time. */
  readonly inBoth: number;
  /** Get a message of each by one channel within the time that is close. */
  readonly closeMessages: number;
  /** Sends of the other that arrive without this journey and do not with it: it takes their place under a cap, or ends their runs. */
  readonly displaced: number;
  /** Sends of this journey that a cap withholds, of people who are in the other as well. */
  readonly capped: number;
}

export type ConflictTallies = Readonly<Record<string, ConflictTally>>;

const none: ConflictTally = { inBoth: 0, closeMessages: 0, displaced: 0, capped: 0 };

/** The same life with and without the journey. */
export interface ComparedLife {
  readonly journey: string;
  readonly together: SimulatedLife;
  readonly without: SimulatedLife;
  readonly closeMs: number;
}

/** Adds how one person would meet both, for each of the others. */
export function countConflicts(tallies: ConflictTallies, others: readonly string[], of: ComparedLife): ConflictTallies {
  return others.reduce((found, other) => {
    const { inBoth, closeMessages, displaced, capped } = own(found, other) ?? none;
    const here = conflictIn(other, of);
    return withKey(found, other, {
      inBoth: inBoth + here.inBoth,
      closeMessages: closeMessages + here.closeMessages,
      displaced: displaced + here.displaced,
      capped: capped + here.capped,
    });
  }, tallies);
}

function conflictIn(other: string, { journey, together, without, closeMs }: ComparedLife): ConflictTally {
  const runs = (key: string): Enrollment[] => together.runs.filter((run) => run.journey === key);
  const arrived = ({ sends }: SimulatedLife, key: string): SimulatedSend[] =>
    sends.filter((send) => send.journey === key && hasArrived(send));
  const [ours, theirs] = [runs(journey), runs(other)];
  const isInBoth = ours.some((one) => theirs.some((two) => overlap(one, two)));
  const isClose = arrived(together, journey).some((one) =>
    arrived(together, other).some((two) => areClose(one, two, closeMs)),
  );
  const isCapped = ({ journey: of, reason }: SimulatedSend): boolean => of === journey && reason === 'cap';
  return {
    inBoth: isInBoth ? 1 : 0,
    closeMessages: isClose ? 1 : 0,
    displaced: Math.max(0, arrived(without, other).length - arrived(together, other).length),
    capped: theirs.length > 0 ? together.sends.filter(isCapped).length : 0,
  };
}

const endOf = ({ endedAt = Infinity }: Enrollment): number => endedAt;
const overlap = (one: Enrollment, two: Enrollment): boolean => one.enteredAt < endOf(two) && two.enteredAt < endOf(one);

/** Where no destination says by what it reaches people, the destination is taken for it. */
const wayOf = ({ channel, destination }: SimulatedSend): string => channel ?? destination;
const areClose = (one: SimulatedSend, two: SimulatedSend, closeMs: number): boolean =>
  wayOf(one) === wayOf(two) && Math.abs(one.at - two.at) < closeMs;

/** What both change, by kind: whoever comes last decides. */
export interface Shared {
  readonly kind: 'experiment' | 'slot' | 'audience' | 'trait';
  readonly names: readonly string[];
}

/** What two journeys both write. */
export function sharedBy(one: JourneyDefinition, other: JourneyDefinition): Shared[] {
  return (['experiment', 'slot', 'audience', 'trait'] as const)
    .map((kind) => {
      const theirs = new Set(written(other, kind));
      return { kind, names: [...new Set(written(one, kind))].filter((name) => theirs.has(name)).sort() };
    })
    .filter(({ names }) => names.length > 0);
}

const written = ({ steps }: JourneyDefinition, kind: Shared['kind']): string[] =>
  Object.values(steps).flatMap((step) => writers[kind](step));

const writers: { readonly [Kind in Shared['kind']]: (step: Step) => readonly string[] } = {
  experiment: (step) => (step.type === 'split' ? [step.experiment] : []),
  slot: (step) => ('slot' in step && typeof step.slot === 'string' ? [step.slot] : []),
  audience: (step) => (step.type === 'audience' ? [step.audience] : []),
  trait: (step) =>
    step.type === 'update' ? [...Object.keys({ ...step.set, ...step.increment }), ...(step.unset ?? [])] : [],
};

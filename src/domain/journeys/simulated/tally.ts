import { own, withKey } from '../../json';
import { isInside, type Enrollment } from '../enrollment';
import { hasArrived, type SimulatedLife, type SimulatedSend } from './simulated-life';

/** Counts by a name. Names come from definitions, and people's words are none of them. */
export type Counts = Readonly<Record<string, number>>;

/** A number of each person, added up: with the squares, from which it follows how far a sample may be off. */
export interface Sum {
  readonly sum: number;
  readonly squares: number;
}

export interface StepTally {
  readonly entered: number;
  /** Runs that stand there when the window ends. */
  readonly here: number;
  /** How runs left it. */
  readonly left: Counts;
}

export interface GoalTally {
  readonly conversions: number;
  readonly value: Counts;
}

/** What a journey did in the lives that were looked at; plain JSON, no larger for more people. */
export interface Tally {
  readonly people: number;
  readonly cutShort: number;
  /** People who entered at least once. */
  readonly entered: number;
  readonly runs: Sum;
  readonly arrived: Sum;
  readonly converted: Sum;
  /** Runs by how they stand at the end. */
  readonly status: Counts;
  /** Of exited and failed runs, why. */
  readonly reasons: Counts;
  readonly steps: Readonly<Record<string, StepTally>>;
  /** Sends by step, then by what became of them: `delivered`, `withheld: consent`, …. */
  readonly sends: Readonly<Record<string, Counts>>;
  /** Sends that arrive, by destination, then by day (UTC). */
  readonly days: Readonly<Record<string, Counts>>;
  readonly goals: Readonly<Record<string, GoalTally>>;
}

const noSum: Sum = { sum: 0, squares: 0 };
export const nothingCounted: Tally = {
  ...{ people: 0, cutShort: 0, entered: 0, runs: noSum, arrived: noSum, converted: noSum },
  ...{ status: {}, reasons: {}, steps: {}, sends: {}, days: {}, goals: {} },
};

/** Names beyond this many are counted together: outcomes may be written by steps that are yet to be. */
const mostNames = 200;
const others = '(others)';

export function addCount(counts: Counts, name: string, by = 1): Counts {
  const known = Object.hasOwn(counts, name) || Object.keys(counts).length < mostNames ? name : others;
  return withKey(counts, known, (own(counts, known) ?? 0) + by);
}

const addSum = ({ sum, squares }: Sum, of: number): Sum => ({ sum: sum + of, squares: squares + of ** 2 });

/** Adds what one journey did in one life. */
export function countLife(tally: Tally, journey: string, life: SimulatedLife): Tally {
  const runs = life.runs.filter((run) => run.journey === journey);
  const sends = life.sends.filter((send) => send.journey === journey);
  const conversions = runs.reduce((sum, run) => sum + run.conversions.length, 0);
  const counted: Tally = {
    ...tally,
    people: tally.people + 1,
    cutShort: tally.cutShort + (life.isCutShort ? 1 : 0),
    entered: tally.entered + (runs.length > 0 ? 1 : 0),
    runs: addSum(tally.runs, runs.length),
    arrived: addSum(tally.arrived, sends.filter(hasArrived).length),
    converted: addSum(tally.converted, conversions),
  };
  return sends.reduce(countSend, runs.reduce(countRun, counted));
}

function countRun(tally: Tally, run: Enrollment): Tally {
  const { status, reason, path, conversions } = run;
  const hasReason = (status === 'exited' || status === 'failed') && reason !== undefined;
  return {
    ...tally,
    status: addCount(tally.status, isInside(run) ? 'inside' : status),
    reasons: hasReason ? addCount(tally.reasons, reason) : tally.reasons,
    steps: path.reduce((steps, entry) => countStep(steps, entry), tally.steps),
    goals: conversions.reduce(countConversion, tally.goals),
  };
}

const noStep: StepTally = { entered: 0, here: 0, left: {} };

function countStep(steps: Tally['steps'], { step, outcome }: Enrollment['path'][number]): Tally['steps'] {
  const { entered, here, left } = own(steps, step) ?? noStep;
  const after =
    outcome === undefined
      ? { entered: entered + 1, here: here + 1, left }
      : { entered: entered + 1, here, left: addCount(left, outcome) };
  return withKey(steps, step, after);
}

function countConversion(
  goals: Tally['goals'],
  { goal, value, currency = '' }: Enrollment['conversions'][number],
): Tally['goals'] {
  const found = own(goals, goal) ?? { conversions: 0, value: {} };
  const values = value === undefined ? found.value : addCount(found.value, currency, value);
  return withKey(goals, goal, { conversions: found.conversions + 1, value: values });
}

function countSend(tally: Tally, send: SimulatedSend): Tally {
  const { step, destination, status, reason, at } = send;
  const outcome = reason === undefined ? status : `${status}: ${reason}`;
  const sends = withKey(tally.sends, step, addCount(own(tally.sends, step) ?? {}, outcome));
  if (!hasArrived(send)) return { ...tally, sends };
  const day = new Date(at).toISOString().slice(0, 10);
  const days = withKey(tally.days, destination, addDay(own(tally.days, destination) ?? {}, day));
  return { ...tally, sends, days };
}

/** A window bounds the days. */
const addDay = (days: Counts, day: string): Counts => withKey(days, day, (own(days, day) ?? 0) + 1);

import { estimateOf, type Estimate } from '../../audiences/estimate';
import { own } from '../../json';
import type { JourneyDefinition } from '../journey.schema';
import { sharedBy, type ConflictTallies, type ConflictTally, type Shared } from './conflicts';
import { estimateTotal } from './estimate-sums';
import type { SimulationInput } from './simulation-input';
import type { Counts, Sum, Tally } from './tally';

/** What a simulation counted, and in how many lives of how many. */
export interface Counted {
  readonly looked: number;
  readonly total: number;
  readonly tally: Tally;
  readonly conflicts: ConflictTallies;
  readonly others: readonly JourneyDefinition[];
}

export interface Conflict extends ConflictTally {
  readonly journey: string;
  readonly shared: readonly Shared[];
}

/** What came of a simulation. Numbers are of the people that were looked at; `estimates` are of all. */
export interface SimulationReport extends Omit<Tally, 'runs' | 'arrived' | 'converted'> {
  readonly journey: string;
  readonly version: number;
  readonly isDraft: boolean;
  readonly from: string;
  readonly to: string;
  /** Absent when everybody was looked at. */
  readonly sampled?: { readonly profiles: number; readonly of: number; readonly seed: string };
  readonly runs: number;
  readonly arrived: number;
  readonly converted: number;
  readonly estimates: Readonly<Record<'entered' | 'runs' | 'arrived' | 'converted', Estimate>>;
  /** Sends that do not leave, by reason. */
  readonly withheld: Counts;
  /** Those that there are, the most people first; absent when nobody asked for them. */
  readonly conflicts?: readonly Conflict[];
  /** What is taken for granted, since no event tells it. */
  readonly assumptions: readonly string[];
}

export function reportOf(input: SimulationInput, counted: Counted): SimulationReport {
  const { looked, total, tally } = counted;
  const { runs, arrived, converted, ...counts } = tally;
  const estimate = (sum: Sum): Estimate => estimateTotal(sum, looked, total);
  const { definition, version, isDraft, from, to, seed, closeMs } = input;
  return {
    ...{ journey: definition.key, version, isDraft },
    ...{ from: new Date(from).toISOString(), to: new Date(to).toISOString() },
    ...(looked < total && { sampled: { profiles: looked, of: total, seed } }),
    ...counts,
    ...{ runs: runs.sum, arrived: arrived.sum, converted: converted.sum },
    estimates: {
      entered: looked === 0 ? estimateOf(0, 0, 0) : estimateOf(tally.entered, looked, total),
      ...{ runs: estimate(runs), arrived: estimate(arrived), converted: estimate(converted) },
    },
    withheld: withheldOf(tally),
    ...(closeMs !== undefined && { conflicts: conflictsOf(definition, counted) }),
    assumptions: assumptionsOf(input),
  };
}

const withheldMark = 'withheld: ';

function withheldOf({ sends }: Tally): Counts {
  const found = new Map<string, number>();
  for (const [outcome, count] of Object.values(sends).flatMap((of) => Object.entries(of)))
    if (outcome.startsWith(withheldMark)) {
      const reason = outcome.slice(withheldMark.length);
      found.set(reason, (found.get(reason) ?? 0) + count);
    }
  return Object.fromEntries(found);
}

const nothing: ConflictTally = { inBoth: 0, closeMessages: 0, displaced: 0, capped: 0 };

function conflictsOf(definition: JourneyDefinition, { conflicts, others }: Counted): Conflict[] {
  return others
    .map((other) => ({
      journey: other.key,
      ...(own(conflicts, other.key) ?? nothing),
      shared: sharedBy(definition, other),
    }))
    .filter(
      ({ inBoth, closeMessages, displaced, capped, shared }) =>
        inBoth + closeMessages + displaced + capped + shared.length > 0,
    )
    .sort((one, two) => two.inBoth - one.inBoth || (one.journey < two.journey ? -1 : 1));
}

const always = [
  'Every send arrives at once that a destination could take.',
  'What was imported or pulled came when it happened.',
  'Everybody is who they are known to be now: what several profiles did that have become one was done by one.',
  'Of traits, consent and lists that no stored event tells of, those of now count, if they are older than the first stored event.',
  'Definitions of audiences, purposes, policies and destinations are those of now; a stop of all sends and paused destinations are left out.',
  'Nobody is inside when the window begins, and entries of before bar nobody.',
  'People do what they did: a message changes nothing of it.',
  'Groups, and the other members of them, are as they are now.',
  'Signals were meant for other runs, and reach none of these.',
  'No experiment has a winner.',
];

const assumptionsOf = ({ closeMs }: SimulationInput): string[] => [
  ...always,
  closeMs === undefined
    ? 'Other journeys did what they did, but for those that this one enrols people in.'
    : 'Other journeys are lived anew in their published versions, by everybody.',
];

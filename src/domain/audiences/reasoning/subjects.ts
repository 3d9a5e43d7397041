import { parseDuration } from '../../duration';
import { grouped } from '../../grouped';
import { hasFrom } from '../bind-paths';
import { aggregates } from '../behaviour/event-aggregate';
import type { Condition, EventCondition, Where } from '../rule.schema';
import { countsCanBe, type CountDemand } from './counts-can-be';
import type { Literal } from './literals';
import { valueCanBe, type Demand } from './value-can-be';

/** Something that conditions are about. Conditions about one thing can exclude each other, those about two cannot. */
export interface Subject {
  /** Which of its kind a condition is about; `undefined` where it is about something else. */
  nameOf(condition: Condition): string | undefined;
  /** Whether all that is said of one thing can be so at once. */
  canBe(literals: readonly Literal[], now: number): boolean;
}

/** Whether events can have properties that pass all tests. */
export const canPass = (where: readonly Where[], now: number): boolean =>
  [
    ...grouped(
      where.filter(({ property }) => isOneValue(property)),
      ({ property }) => property,
    ).values(),
  ].every((tests) =>
    valueCanBe(
      tests.map((compared): Demand => ({ compared, isTrue: true })),
      now,
    ),
  );

/** Of a list any element may pass: two comparisons are about two of them. */
const isOneValue = (path: string): boolean => !path.includes('[]');

const trait: Subject = {
  nameOf: (condition) => ('trait' in condition && isOneValue(condition.trait) ? condition.trait : undefined),
  // Who has been so for a week is so; who has not may be so all the same.
  canBe: (literals, now) =>
    valueCanBe(
      literals.flatMap(({ condition, isTrue }) =>
        'trait' in condition && (isTrue || condition.for === undefined) ? [{ compared: condition, isTrue }] : [],
      ),
      now,
    ),
};

const path: Subject = {
  nameOf: (condition) => ('path' in condition && isOneValue(condition.path) ? condition.path : undefined),
  canBe: (literals, now) =>
    valueCanBe(
      literals.flatMap(({ condition, isTrue }) => ('path' in condition ? [{ compared: condition, isTrue }] : [])),
      now,
    ),
};

const recorded = ['granted', 'denied', 'revoked', 'unset'] as const;

/** A revocation is a denial too. */
const consent: Subject = {
  nameOf: (condition) => ('consent' in condition ? condition.consent : undefined),
  canBe: (literals) =>
    recorded.some((said) =>
      literals.every(
        ({ condition, isTrue }) =>
          'consent' in condition &&
          (said === condition.is || (said === 'revoked' && condition.is === 'denied')) === isTrue,
      ),
    ),
};

const identifier: Subject = {
  nameOf: (condition) => ('identifier' in condition ? condition.identifier : undefined),
  canBe: (literals) =>
    [true, false].some((isSet) =>
      literals.every(
        ({ condition, isTrue }) => 'identifier' in condition && (isSet === (condition.is === 'set')) === isTrue,
      ),
    ),
};

const percentOf = ({ condition }: Literal): number => ('sample' in condition ? condition.sample.percent : 0);

/** Percentages of one salt divide all people into parts. */
const sample: Subject = {
  nameOf: (condition) => ('sample' in condition ? (condition.sample.salt ?? '') : undefined),
  canBe: (literals) => {
    const bounds = [0, ...literals.map(percentOf), 100].sort((a, b) => a - b);
    const parts = bounds.slice(1).filter((bound, index) => bound > (bounds[index] ?? 0));
    // One that lies within the part that ends there.
    return parts.some((end) => literals.every((one) => end <= percentOf(one) === one.isTrue));
  },
};

const atLeastOne = { is: 'at_least', value: 1 } as const;

function countsOf({ condition, isTrue }: Literal): CountDemand[] {
  if (!('event' in condition || 'contacted' in condition)) return [];
  const { count: compared = atLeastOne, within } = condition;
  if (hasFrom(compared)) return [];
  return [{ windowMs: within === undefined ? Infinity : parseDuration(within), compared, isTrue }];
}

const contacted: Subject = {
  nameOf: (condition) => ('contacted' in condition ? JSON.stringify(condition.contacted) : undefined),
  canBe: (literals) => countsCanBe(literals.flatMap(countsOf)),
};

const isCounted = (condition: Condition): condition is EventCondition =>
  'event' in condition &&
  condition.per === undefined &&
  condition.since === undefined &&
  aggregates.every((name) => name === 'count' || condition[name] === undefined);

const event: Subject = {
  nameOf: (condition) => (isCounted(condition) ? JSON.stringify([condition.event, condition.where ?? []]) : undefined),
  canBe: (literals, now) => {
    const [first] = literals;
    const where = first && 'event' in first.condition ? first.condition.where : undefined;
    return countsCanBe(literals.flatMap(countsOf), canPass(where ?? [], now) ? Infinity : 0);
  },
};

/** Everything that is reasoned about. */
export const subjects: readonly Subject[] = [trait, path, consent, identifier, sample, contacted, event];

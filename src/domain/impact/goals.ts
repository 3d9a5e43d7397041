import type { Conversion } from '../journeys/enrollment';
import { median } from './percentile';
import { tally, type Counts } from './states';

/** Conversions of one goal in one currency. */
export interface ConversionCount {
  readonly goal: string;
  readonly currency?: string;
  readonly count: number;
  readonly value: number;
}

export interface GoalResult {
  readonly key: string;
  readonly conversions: number;
  /** Conversions of those who entered, from 0 to 1; `null` while nobody has. */
  readonly rate: number | null;
  /** Sums by currency; `none` for values that name none. Never added across currencies. */
  readonly value: Counts;
  readonly medianTimeToConvertMs?: number;
}

/** A run as far as its conversions go. Goal windows open at the entry. */
export interface Converted {
  readonly entry: { readonly at: number };
  readonly conversions: readonly Conversion[];
}

/** A run converts a goal once, so the rate is people, not repeats. */
export const conversionRate = (conversions: number, entered: number): number | null =>
  entered === 0 ? null : conversions / entered;

/** Every goal of the definition, reached or not, then those that only older versions had. */
export function goalResults(
  keys: readonly string[],
  counts: readonly ConversionCount[],
  entered: number,
  sample: readonly Converted[],
): GoalResult[] {
  return [...new Set([...keys, ...counts.map(({ goal }) => goal)])].map((key) => {
    const here = counts.filter(({ goal }) => goal === key);
    const conversions = here.reduce((sum, { count }) => sum + count, 0);
    const medianTimeToConvertMs = median(timesToConvert(key, sample));
    return {
      key,
      conversions,
      rate: conversionRate(conversions, entered),
      value: tally(here.filter(({ value }) => value !== 0).map(({ currency = 'none', value }) => [currency, value])),
      ...(medianTimeToConvertMs !== undefined && { medianTimeToConvertMs }),
    };
  });
}

function timesToConvert(goal: string, runs: readonly Converted[]): number[] {
  return runs.flatMap(({ entry, conversions }) =>
    conversions.filter((conversion) => conversion.goal === goal).map(({ at }) => Math.max(0, at - entry.at)),
  );
}

/**
 * The smallest value that at least `percent` of 100 of the values do not exceed (nearest rank), so always one that was measured.
 * `undefined` of no values. Throws a `RangeError` for a percent outside (0, 100].
 */
export function percentile(values: readonly number[], percent: number): number | undefined {
  return percentiles(values, [percent])[0];
}

/** Several percentiles of the same values, sorted once. */
export function percentiles(values: readonly number[], percents: readonly number[]): (number | undefined)[] {
  const sorted = Float64Array.from(values).sort();
  return percents.map((percent) => {
    if (!(percent > 0 && percent <= 100)) throw new RangeError('A percentile is above 0 and at most 100.');
    return sorted[Math.ceil((percent * sorted.length) / 100) - 1];
  });
}

/** The middle value, or the lower of the two middle ones. `undefined` of no values. */
export const median = (values: readonly number[]): number | undefined => percentile(values, 50);

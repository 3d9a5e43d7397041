/** How many of all, judged by some of them taken at random. */
export interface Estimate {
  readonly count: number;
  /** Bounds that the true number lies between in 95 of 100 samples. */
  readonly low: number;
  readonly high: number;
}

/** Two-sided, 95 %: the 0.975 quantile of the normal distribution. */
const z = 1.959964;

/** Wilson's score interval (Wilson 1927, JASA 22, 209–212), times `total`; with none found the upper bound still is above 0. */
export function estimateOf(matching: number, looked: number, total: number): Estimate {
  if (looked >= total) return { count: matching, low: matching, high: matching };
  const share = matching / looked;
  const weight = 1 + z ** 2 / looked;
  const centre = (share + z ** 2 / (2 * looked)) / weight;
  const margin = (z / weight) * Math.sqrt((share * (1 - share)) / looked + z ** 2 / (4 * looked ** 2));
  return {
    count: Math.round(share * total),
    low: Math.max(matching, Math.floor((centre - margin) * total)),
    high: Math.min(total - looked + matching, Math.ceil((centre + margin) * total)),
  };
}

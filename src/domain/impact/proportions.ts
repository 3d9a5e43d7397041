import { chiSquareTail, lnGamma, twoSided } from './special-functions';

/** How many of how many reached a goal. */
export interface Share {
  readonly exposed: number;
  readonly converted: number;
}
export type Interval = readonly [low: number, high: number];

/** The 97.5th percentile of the standard normal: of 95 % intervals. */
const z95 = 1.959963984540054;

export const rateOf = ({ exposed, converted }: Share): number => converted / exposed;

/** The 95 % interval of a rate: E. B. Wilson, "Probable inference", J. Am. Stat. Assoc. 22 (1927). */
export function wilson(share: Share): Interval {
  const { exposed: n } = share;
  const p = rateOf(share);
  const scale = 1 + (z95 * z95) / n;
  const centre = p + (z95 * z95) / (2 * n);
  const reach = z95 * Math.sqrt((p * (1 - p)) / n + (z95 * z95) / (4 * n * n));
  return [(centre - reach) / scale, (centre + reach) / scale];
}

/**
 * The 95 % interval of a difference of rates, without correction for continuity: R. G. Newcombe, "Interval estimation for the difference
 * between independent proportions", Stat. Med. 17 (1998), method 10.
 */
export function newcombe(share: Share, base: Share): Interval {
  const [p, q] = [rateOf(share), rateOf(base)];
  const [[low, high], [baseLow, baseHigh]] = [wilson(share), wilson(base)];
  return [p - q - Math.hypot(p - low, baseHigh - q), p - q + Math.hypot(high - p, q - baseLow)];
}

/** Of fewer conversions than these, or others, in an arm, approximations by the normal are not to be trusted. */
const fewest = 5;
const isFew = ({ exposed, converted }: Share): boolean => Math.min(converted, exposed - converted) < fewest;

/** How likely a difference at least as large is where there is none: by the pooled z test, of few by Fisher's exact test. */
export function pOfDifference(share: Share, base: Share): number {
  return isFew(share) || isFew(base) ? fisher(share, base) : twoSided(zOf(share, base));
}

export function zOf(share: Share, base: Share): number {
  const pooled = (share.converted + base.converted) / (share.exposed + base.exposed);
  const se = Math.sqrt(pooled * (1 - pooled) * (1 / share.exposed + 1 / base.exposed));
  return (rateOf(share) - rateOf(base)) / se;
}

/** R. A. Fisher's exact test, two-sided: all tables of these sums that are no likelier than this one. */
function fisher(share: Share, base: Share): number {
  const converted = share.converted + base.converted;
  const all = share.exposed + base.exposed;
  const lnOf = (here: number): number =>
    lnChoose(share.exposed, here) + lnChoose(base.exposed, converted - here) - lnChoose(all, converted);
  const observed = lnOf(share.converted);
  let p = 0;
  for (let here = Math.max(0, converted - base.exposed); here <= Math.min(share.exposed, converted); here += 1) {
    const ln = lnOf(here);
    if (ln <= observed + 1e-7) p += Math.exp(ln);
  }
  return Math.min(1, p);
}

const lnChoose = (n: number, k: number): number => lnGamma(n + 1) - lnGamma(k + 1) - lnGamma(n - k + 1);

/**
 * By how much the rate is higher than that of the base, relative to that, with its 95 % interval from the logarithm of the ratio (the
 * delta method); of too few conversions without one.
 */
export function liftOf(share: Share, base: Share): { readonly lift: number; readonly interval?: Interval } | undefined {
  if (base.converted === 0) return undefined;
  const ratio = rateOf(share) / rateOf(base);
  if (Math.min(share.converted, base.converted) < fewest) return { lift: ratio - 1 };
  const se = Math.sqrt((1 - rateOf(share)) / share.converted + (1 - rateOf(base)) / base.converted);
  return { lift: ratio - 1, interval: [ratio * Math.exp(-z95 * se) - 1, ratio * Math.exp(z95 * se) - 1] };
}

/** The number of observations at which confidence sequences are tightest. */
const tunedFor = 5_000;

/**
 * An interval that may be looked at as often as one likes: with probability `1 - alpha` it holds the difference of rates at every look
 * there ever is. The asymptotic confidence sequence of I. Waudby-Smith et al., "Time-uniform central limit theory and asymptotic confidence
 * sequences", Ann. Stat. 52 (2024), as growthbook writes it for two arms: σ̂√(2(nρ²+1)/(n²ρ²)·ln(√(nρ²+1)/α)).
 */
export function confidenceSequence(share: Share, base: Share, alpha: number): Interval {
  const n = share.exposed + base.exposed;
  const difference = rateOf(share) - rateOf(base);
  const sigma2 = n * (varianceOf(share) + varianceOf(base));
  const lnAlpha = Math.log(alpha);
  const rho2 = (-2 * lnAlpha + Math.log(-2 * lnAlpha + 1)) / tunedFor;
  const wide = n * rho2 + 1;
  const reach = Math.sqrt(sigma2 * ((2 * wide) / (n * n * rho2)) * Math.log(Math.sqrt(wide) / alpha));
  return [difference - reach, difference + reach];
}

/** Of the estimate of a rate; never quite nothing, as of arms in which nobody or everybody has converted yet. */
function varianceOf({ exposed, converted }: Share): number {
  const smoothed = (converted + 0.5) / (exposed + 1);
  return (smoothed * (1 - smoothed)) / exposed;
}

/** Pearson's χ² of counts against what was to be expected. */
export function chiSquare(counts: readonly { readonly seen: number; readonly expected: number }[]): number {
  return counts.reduce((sum, { seen, expected }) => sum + (seen - expected) ** 2 / expected, 0);
}

/** How likely counts are at least as far from what was to be expected. */
export const pOfCounts = (statistic: number, degrees: number): number => chiSquareTail(statistic, degrees);

import type { Interval } from './proportions';

/** Of so many values their sum, and the sum of their squares. */
export interface Sample {
  readonly count: number;
  readonly sum: number;
  readonly squares: number;
}

const meanOf = ({ count, sum }: Sample): number => sum / count;
/** Of its mean. */
const varianceOf = ({ count, sum, squares }: Sample): number =>
  Math.max(0, (squares - (sum * sum) / count) / (count - 1)) / count;

/** How far the mean of one sample is above that of another, and 95 % of it, whose variances may differ: B. L. Welch, Biometrika 34 (1947). */
export function welch(sample: Sample, base: Sample): { readonly difference: number; readonly interval: Interval } {
  const [a, b] = [varianceOf(sample), varianceOf(base)];
  const difference = meanOf(sample) - meanOf(base);
  if (a + b === 0) return { difference, interval: [difference, difference] };
  const degrees = (a + b) ** 2 / (a ** 2 / (sample.count - 1) + b ** 2 / (base.count - 1));
  const width = tOf(degrees) * Math.sqrt(a + b);
  return { difference, interval: [difference - width, difference + width] };
}

const z = 1.959963984540054;

/** Between minus and plus of which lie 95 % of Student's t, by its expansion (Abramowitz and Stegun 26.7.5); for ten degrees and more. */
export function tOf(degrees: number): number {
  const terms = [
    (z ** 3 + z) / 4,
    (5 * z ** 5 + 16 * z ** 3 + 3 * z) / 96,
    (3 * z ** 7 + 19 * z ** 5 + 17 * z ** 3 - 15 * z) / 384,
  ];
  return terms.reduce((sum, term, index) => sum + term / degrees ** (index + 1), z);
}

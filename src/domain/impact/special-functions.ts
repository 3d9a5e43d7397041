/**
 * What the tests of `proportions` need of analysis. `lnGamma` after C. Lanczos, "A precision approximation of the gamma function", SIAM
 * J. Numer. Anal. B 1 (1964), with the coefficients of g = 7, n = 9; the incomplete gamma function by its series and its continued
 * fraction (Abramowitz and Stegun 6.5.29, 6.5.31; the latter by Lentz's method).
 */
const lanczos = [
  0.99999999999980993, 676.5203681218851, -1259.1392167224028, 771.32342877765313, -176.61502916214059,
  12.507343278686905, -0.13857109526572012, 9.9843695780195716e-6, 1.5056327351493116e-7,
] as const;

export function lnGamma(x: number): number {
  const [first, ...rest] = lanczos;
  const sum = rest.reduce((so, coefficient, index) => so + coefficient / (x + index), first as number);
  const t = x + 6.5;
  return 0.5 * Math.log(2 * Math.PI) + (x - 0.5) * Math.log(t) - t + Math.log(sum);
}

const mostTerms = 1_000;
const epsilon = 1e-15;
const tiny = 1e-300;

/** The share of a gamma distribution of shape `a` above `x`: Q(a, x). */
export function gammaTail(a: number, x: number): number {
  if (x <= 0) return 1;
  const factor = Math.exp(a * Math.log(x) - x - lnGamma(a));
  return x < a + 1 ? 1 - factor * series(a, x) : factor * fraction(a, x);
}

function series(a: number, x: number): number {
  let term = 1 / a;
  let sum = term;
  for (let n = 1; n < mostTerms && term > sum * epsilon; n += 1) {
    term *= x / (a + n);
    sum += term;
  }
  return sum;
}

function fraction(a: number, x: number): number {
  let b = x + 1 - a;
  let c = 1 / tiny;
  let d = 1 / b;
  let value = d;
  for (let n = 1; n < mostTerms; n += 1) {
    const an = -n * (n - a);
    b += 2;
    d = 1 / notZero(an * d + b);
    c = notZero(b + an / c);
    value *= d * c;
    if (Math.abs(d * c - 1) < epsilon) break;
  }
  return value;
}

const notZero = (value: number): number => (Math.abs(value) < tiny ? tiny : value);

/** The share of a χ² distribution above `x`. */
export const chiSquareTail = (x: number, degrees: number): number => gammaTail(degrees / 2, x / 2);

/** How likely a standard normal is as far from 0 as `z`, on either side. */
export const twoSided = (z: number): number => chiSquareTail(z * z, 1);

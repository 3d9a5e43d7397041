import type { Estimate } from '../../audiences/estimate';
import type { Sum } from './tally';

/** Two-sided, 95 %: the 0.975 quantile of the normal distribution. */
const z = 1.959964;

/** A total of all, from what some of them taken at random add up to: their mean, its standard error without replacement, times all. */
export function estimateTotal({ sum, squares }: Sum, looked: number, total: number): Estimate {
  if (looked >= total || looked === 0) return { count: sum, low: sum, high: sum };
  const mean = sum / looked;
  const variance = looked > 1 ? Math.max(0, squares - looked * mean ** 2) / (looked - 1) : mean ** 2;
  const error = Math.sqrt((variance / looked) * (1 - looked / total));
  return {
    count: Math.round(mean * total),
    low: Math.max(sum, Math.floor((mean - z * error) * total)),
    // Of what nobody of the sample has, three in the size of the sample may have one: the rule of three.
    high: Math.max(Math.ceil((mean + z * error) * total), Math.ceil((3 / looked) * (total - looked)) + sum),
  };
}

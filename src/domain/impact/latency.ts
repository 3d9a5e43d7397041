import { percentiles } from './percentile';

/** Milliseconds from what caused a delivery to its end at the destination; `null` while nothing has come to an end. */
export interface Latency {
  readonly p50: number | null;
  readonly p95: number | null;
  readonly p99: number | null;
}

/** Clocks of two machines differ: an end that seems to come before its cause took no time. */
export function latencyOf(settled: readonly { readonly causedAt: number; readonly settledAt: number }[]): Latency {
  const took = settled.map(({ causedAt, settledAt }) => Math.max(0, settledAt - causedAt));
  const [p50 = null, p95 = null, p99 = null] = percentiles(took, [50, 95, 99]);
  return { p50, p95, p99 };
}

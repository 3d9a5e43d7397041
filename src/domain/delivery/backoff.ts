const baseMs = 1_000;
const maxMs = 30 * 60_000;

/**
 * Milliseconds to wait after the given number of attempts: exponential with full jitter, that is a random part
 * (`chance` from [0, 1)) of min(30 min, 1 s × 2^(attempts − 1)). What the vendor asked for wins, with jitter only on top.
 */
export function backoffMs(attempts: number, chance: number, retryAfterMs?: number): number {
  if (retryAfterMs !== undefined) return Math.ceil(retryAfterMs + chance * baseMs);
  return Math.floor(chance * Math.min(maxMs, baseMs * 2 ** Math.max(0, attempts - 1)));
}

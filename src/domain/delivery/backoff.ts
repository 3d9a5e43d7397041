/** How long a delivery is tried. It is given up only when both are used up: many quick failures alone do not end it. */
export interface Budget {
  readonly attempts: number;
  readonly windowMs: number;
}

/** What has been tried so far; the instant of the first attempt is epoch milliseconds. */
export interface Tries {
  readonly attempts: number;
  /** How often the vendor asked to wait. That burns no attempt, but every time the pause grows. */
  readonly throttles?: number;
  readonly firstAt: number;
}

/** Of audience changes: twelve attempts and a day. Sends of journeys are retried by Temporal. */
export const defaultBudget: Budget = { attempts: 12, windowMs: 24 * 3_600_000 };

const baseMs = 1_000;
const maxMs = 30 * 60_000;

/**
 * Milliseconds to wait after the given number of failed attempts: exponential with full jitter, that is a random part
 * (`chance` from [0, 1)) of min(30 min, 1 s × 2^(attempts − 1)). What the vendor asked for wins, with jitter only on top.
 */
export function backoffMs(attempts: number, chance: number, retryAfterMs?: number): number {
  if (retryAfterMs !== undefined) return Math.ceil(retryAfterMs + chance * baseMs);
  return Math.floor(chance * Math.min(maxMs, baseMs * 2 ** Math.max(0, attempts - 1)));
}

/** When to try again; `undefined` when the budget is used up. A throttled one has until the end of the window. */
export function nextAttemptAt(
  tries: Tries,
  { now, chance, budget }: { readonly now: number; readonly chance: number; readonly budget: Budget },
  retryAfterMs?: number,
): number | undefined {
  const throttles = tries.throttles ?? 0;
  const isOver = now - tries.firstAt >= budget.windowMs && (throttles > 0 || tries.attempts >= budget.attempts);
  return isOver ? undefined : now + backoffMs(tries.attempts + throttles, chance, retryAfterMs);
}

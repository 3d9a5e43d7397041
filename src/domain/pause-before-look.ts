/**
 * How long, in ms, one that has waited so long waits before it looks again: as long as it has waited so far, within these bounds. So
 * what takes long is looked at less and less often, and many who wait for one thing do not keep it from happening by looking.
 */
export const pauseBeforeLook = (
  waitedMs: number,
  { leastMs, mostMs }: { readonly leastMs: number; readonly mostMs: number },
): number => Math.min(Math.max(waitedMs, leastMs), mostMs);

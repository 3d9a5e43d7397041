/** Of the sessions of one person: what has been seen of them since an instant, newest first, and what ends a session. */
export interface Seen {
  readonly instants: readonly number[];
  readonly now: number;
  readonly gapMs: number;
}

/** Whether somebody is in another session now than they were at an instant: they have been away for longer than a gap since. */
export function isAnotherSession(at: number, { instants, now, gapMs }: Seen): boolean {
  const points = [now, ...instants, at];
  return points.some((point, index) => index > 0 && (points[index - 1] ?? point) - point > gapMs);
}

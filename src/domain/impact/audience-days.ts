import { dayMs } from '../duration';

/** Edges of one UTC day; `day` counts days since 1970. */
export interface DayCount {
  readonly day: number;
  readonly count: number;
}

export interface AudienceDay {
  /** Midnight UTC at which the day begins, epoch milliseconds. */
  readonly at: number;
  readonly entered: number;
  readonly exited: number;
  /** At the end of the day, or now. */
  readonly size: number;
}

export const dayOf = (at: number): number => Math.floor(at / dayMs);

/** Every day from that of `from` to that of `to`, oldest first. Sizes are counted back from the present one, so they are exact. */
export function audienceDays(
  { from, to, size }: { readonly from: number; readonly to: number; readonly size: number },
  entered: readonly DayCount[],
  exited: readonly DayCount[],
): AudienceDay[] {
  const [ins, outs] = [entered, exited].map((rows) => new Map(rows.map(({ day, count }) => [day, count])));
  const days: AudienceDay[] = [];
  let sizeThen = size;
  for (let day = dayOf(to); day >= dayOf(from); day -= 1) {
    const [came, went] = [ins?.get(day) ?? 0, outs?.get(day) ?? 0];
    days.unshift({ at: day * dayMs, entered: came, exited: went, size: sizeThen });
    sizeThen += went - came;
  }
  return days;
}

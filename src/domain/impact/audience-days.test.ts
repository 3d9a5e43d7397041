import fc from 'fast-check';
import { dayMs } from '../duration';
import { audienceDays, dayOf, type DayCount } from './audience-days';

const days = 10;
const stay = fc.record({ from: fc.nat(days * dayMs - 1), lasts: fc.option(fc.nat(3 * dayMs), { nil: undefined }) });

const byDay = (instants: readonly number[], from: number): DayCount[] => {
  const counts = new Map<number, number>();
  for (const at of instants.filter((instant) => dayOf(instant) >= dayOf(from)))
    counts.set(dayOf(at), (counts.get(dayOf(at)) ?? 0) + 1);
  return [...counts].map(([day, count]) => ({ day, count }));
};

describe('audienceDays', () => {
  it('gives the size that counting the stays of each evening gives', () => {
    fc.assert(
      fc.property(fc.array(stay, { maxLength: 30 }), fc.nat(days - 1), (stays, firstDay) => {
        const to = days * dayMs - 1;
        const from = firstDay * dayMs + 5;
        const known = stays.map(({ from: enteredAt, lasts }) => ({
          enteredAt,
          exitedAt: lasts === undefined || enteredAt + lasts > to ? Infinity : enteredAt + lasts,
        }));
        const sizeAt = (at: number) =>
          known.filter(({ enteredAt, exitedAt }) => enteredAt <= at && exitedAt > at).length;
        const entered = byDay(
          known.map(({ enteredAt }) => enteredAt),
          from,
        );
        const exited = byDay(known.map(({ exitedAt }) => exitedAt).filter(Number.isFinite), from);
        const found = audienceDays({ from, to, size: sizeAt(to) }, entered, exited);
        expect(found.map(({ at, size }) => [at, size])).toEqual(found.map(({ at }) => [at, sizeAt(at + dayMs - 1)]));
        expect(found).toHaveLength(days - firstDay);
      }),
    );
  });

  it('shows days on which nothing happened', () => {
    expect(audienceDays({ from: 0, to: 2 * dayMs, size: 3 }, [{ day: 1, count: 2 }], [{ day: 2, count: 1 }])).toEqual([
      { at: 0, entered: 0, exited: 0, size: 2 },
      { at: dayMs, entered: 2, exited: 0, size: 4 },
      { at: 2 * dayMs, entered: 0, exited: 1, size: 3 },
    ]);
  });
});

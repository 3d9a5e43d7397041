import fc from 'fast-check';
import { latencyOf } from './latency';
import { median, percentile, percentiles } from './percentile';

const values = fc.array(fc.integer({ min: -1_000, max: 1_000_000 }), { minLength: 1, maxLength: 200 });
const percent = fc.integer({ min: 1, max: 100 });

describe('percentile', () => {
  it('is a measured value that at least so many do not exceed, and no smaller one is', () => {
    fc.assert(
      fc.property(values, percent, (some, share) => {
        const found = percentile(some, share) ?? NaN;
        const reaches = (limit: number) => some.filter((value) => value <= limit).length * 100 >= share * some.length;
        expect(some).toContain(found);
        expect(reaches(found)).toBe(true);
        expect(some.filter((value) => value < found).some(reaches)).toBe(false);
      }),
    );
  });

  it('never falls as the percent rises', () => {
    fc.assert(
      fc.property(values, percent, percent, (some, one, other) => {
        const [low = NaN, high = NaN] = percentiles(some, [Math.min(one, other), Math.max(one, other)]);
        expect(low).toBeLessThanOrEqual(high);
      }),
    );
  });

  it.each([
    { of: [1, 2, 3, 4], percent: 50, is: 2 },
    { of: [10, 9, 2], percent: 50, is: 9 },
    { of: Array.from({ length: 100 }, (_, index) => index + 1), percent: 95, is: 95 },
    { of: Array.from({ length: 100 }, (_, index) => index + 1), percent: 99, is: 99 },
    { of: [7], percent: 99, is: 7 },
    { of: [3, 8], percent: 100, is: 8 },
  ])('of $of at $percent is $is', ({ of, percent: share, is }) => {
    expect(percentile(of, share)).toBe(is);
  });

  it('is unknown of nothing', () => {
    expect(median([])).toBeUndefined();
  });

  it.each([0, -1, 101, NaN])('refuses %d percent', (share) => {
    expect(() => percentile([1], share)).toThrow(RangeError);
  });
});

describe('latencyOf', () => {
  it('is null before anything has come to an end', () => {
    expect(latencyOf([])).toEqual({ p50: null, p95: null, p99: null });
  });

  it('counts from the cause, and never below zero where clocks differ', () => {
    const settled = [
      { causedAt: 1_000, settledAt: 1_250 },
      { causedAt: 1_000, settledAt: 990 },
    ];
    expect(latencyOf(settled)).toEqual({ p50: 0, p95: 250, p99: 250 });
  });
});

import { tOf, welch, type Sample } from './means';

const sampleOf = (values: readonly number[]): Sample => ({
  count: values.length,
  sum: values.reduce((sum, value) => sum + value, 0),
  squares: values.reduce((sum, value) => sum + value * value, 0),
});

describe('how far means are apart', () => {
  it.each([
    [10, 2.2281],
    [30, 2.0423],
    [100, 1.984],
    [1_000, 1.9623],
  ])('goes by t as tables have it: %d degrees, %d', (degrees, t) => expect(tOf(degrees)).toBeCloseTo(t, 3));

  it('has the interval of Welch', () => {
    const some = sampleOf([3, 5, 4, 6, 2, 4, 5, 3, 4, 4, 5, 3]);
    const others = sampleOf([1, 9, 2, 8, 3, 7, 1, 2, 9, 8, 4, 6]);
    // By hand: 4 and 5 in the mean, variances of 1.2727 and 10, 12 of each: 13.76 degrees (t of 2.1483), a standard error of 0.9693.
    const { difference, interval } = welch(some, others);
    expect(difference).toBe(-1);
    expect(interval[0]).toBeCloseTo(-1 - 2.1483 * 0.9693, 2);
    expect(interval[1]).toBeCloseTo(-1 + 2.1483 * 0.9693, 2);
  });

  it('is exact where nothing varies', () => {
    expect(welch(sampleOf([2, 2]), sampleOf([1, 1]))).toEqual({ difference: 1, interval: [1, 1] });
  });
});

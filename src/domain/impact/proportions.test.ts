import { chiSquare, confidenceSequence, liftOf, newcombe, pOfCounts, pOfDifference, wilson, zOf } from './proportions';

const share = (converted: number, exposed: number) => ({ converted, exposed });
const [treated, held] = [share(540, 9_000), share(45, 1_000)];

describe('a difference of two rates', () => {
  // Measured with independent implementations.
  it.each([
    [treated, held, 1.9175, 0.0552],
    [share(120, 1_000), share(100, 1_000), 1.4293, 0.1529],
  ])('has the z and p of %j against %j', (one, base, z, p) => {
    expect(zOf(one, base)).toBeCloseTo(z, 4);
    expect(pOfDifference(one, base)).toBeCloseTo(p, 4);
  });

  it('has the interval of Newcombe and Wilson', () => {
    expect(wilson(treated)).toEqual([expect.closeTo(0.05528, 5), expect.closeTo(0.0651, 5)]);
    expect(wilson(held)).toEqual([expect.closeTo(0.0338, 5), expect.closeTo(0.05968, 5)]);
    expect(newcombe(treated, held)).toEqual([expect.closeTo(-0.00042, 5), expect.closeTo(0.02731, 5)]);
  });

  it('has a lift with its interval, and none of too few', () => {
    const { lift, interval } = liftOf(treated, held) ?? {};
    expect(lift).toBeCloseTo(0.333, 3);
    expect(interval).toEqual([expect.closeTo(-0.009, 3), expect.closeTo(0.794, 3)]);
    expect(liftOf(share(3, 10), share(4, 10))).toEqual({ lift: expect.closeTo(-0.25) as number });
    expect(liftOf(share(3, 10), share(0, 10))).toBeUndefined();
  });

  it('of few is tested exactly: the lady who tasted tea', () => {
    expect(pOfDifference(share(3, 4), share(1, 4))).toBeCloseTo(34 / 70, 10);
    expect(pOfDifference(share(4, 4), share(0, 4))).toBeCloseTo(2 / 70, 10);
  });
});

describe('counts of arms', () => {
  it.each([
    [8_800, 1_200, 44.44, 2.6e-11],
    [9_003, 997, 0.01, 0.92],
  ])('of %d and %d at 90 to 10', (one, other, statistic, p) => {
    const found = chiSquare([
      { seen: one, expected: 9_000 },
      { seen: other, expected: 1_000 },
    ]);
    expect(found).toBeCloseTo(statistic, 2);
    expect(pOfCounts(found, 1) / p).toBeCloseTo(1, 1);
  });
});

describe('an interval that is looked at after every few people', () => {
  /** Marsaglia's xorshift: the same numbers in every run of the test. */
  function numbers(seed: number): () => number {
    let bits = seed;
    return () => {
      bits ^= bits << 13;
      bits ^= bits >>> 17;
      bits ^= bits << 5;
      return (bits >>> 0) / 2 ** 32;
    };
  }

  interface Arm {
    converted: number;
    exposed: number;
  }

  /** Whether a difference is ever seen, of two arms of the same rate. */
  function alarms(next: () => number, isSeen: (low: number, high: number) => boolean, fixed: boolean): boolean {
    const arms: [Arm, Arm] = [
      { converted: 0, exposed: 0 },
      { converted: 0, exposed: 0 },
    ];
    for (let n = 1; n <= 4_000; n += 1) {
      const arm = arms[next() < 0.5 ? 0 : 1];
      arm.exposed += 1;
      if (next() < 0.1) arm.converted += 1;
      if (n < 50 || n % 10 !== 0) continue;
      const [low, high] = fixed ? newcombe(arms[0], arms[1]) : confidenceSequence(arms[0], arms[1], 0.05);
      if (isSeen(low, high)) return true;
    }
    return false;
  }

  const runs = 400;
  const falseAlarms = (fixed: boolean): number => {
    const next = numbers(20_261_129);
    let count = 0;
    for (let run = 0; run < runs; run += 1) if (alarms(next, (low, high) => low > 0 || high < 0, fixed)) count += 1;
    return count / runs;
  };

  it('is wrong at some look in fewer than 5 of 100 experiments, where the usual one is in dozens', () => {
    expect(falseAlarms(false)).toBeLessThan(0.05);
    expect(falseAlarms(true)).toBeGreaterThan(0.25);
  });

  it('sees a difference that there is', () => {
    const [low, high] = confidenceSequence(share(700, 5_000), share(500, 5_000), 0.05);
    expect(low).toBeGreaterThan(0);
    expect(high).toBeLessThan(0.08);
  });
});

import { estimateOf } from './estimate';

describe('estimateOf', () => {
  it.each([
    { matching: 100, looked: 1_000, total: 100_000, count: 10_000, low: 8_290, high: 12_016 },
    { matching: 0, looked: 1_000, total: 100_000, count: 0, low: 0, high: 383 },
    { matching: 1_000, looked: 1_000, total: 100_000, count: 100_000, low: 99_617, high: 100_000 },
    { matching: 7, looked: 20, total: 20, count: 7, low: 7, high: 7 },
  ])('$matching of $looked, of $total: $count, from $low to $high', ({ matching, looked, total, ...expected }) => {
    expect(estimateOf(matching, looked, total)).toEqual(expected);
  });

  it('holds the true number in about 95 of 100 samples', () => {
    let seed = 1;
    const chance = (): number => (seed = (seed * 48_271) % 2_147_483_647) / 2_147_483_647;
    const total = 50_000;
    const truth = 2_500;
    let held = 0;
    for (let run = 0; run < 1_000; run += 1) {
      let matching = 0;
      for (let one = 0; one < 1_000; one += 1) if (chance() < truth / total) matching += 1;
      const { low, high } = estimateOf(matching, 1_000, total);
      if (low <= truth && truth <= high) held += 1;
    }
    expect(held).toBeGreaterThan(930);
    expect(held).toBeLessThan(975);
  });
});

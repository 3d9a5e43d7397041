import { looksAgainAt, resumesAt, resumingMs } from './resumed-sends';

const keys = Array.from({ length: 6_000 }, (_, index) => `enr_${index}:remind:1`);

describe('sends that a stop had held', () => {
  it('go on no faster than the pace, each at an instant of its own that stays the same', () => {
    const overMs = resumingMs(keys.length, 50);
    expect(overMs).toBe(120_000);
    const perSecond = new Map<number, number>();
    for (const key of keys) {
      const at = resumesAt({ at: 0, overMs }, key);
      expect(resumesAt({ at: 0, overMs }, key)).toBe(at);
      const second = Math.floor(at / 1_000);
      perSecond.set(second, (perSecond.get(second) ?? 0) + 1);
    }
    expect(perSecond.size).toBe(120);
    // Drawn evenly: a second has 50 in the mean, and none has twice as many.
    expect(Math.max(...perSecond.values())).toBeLessThan(100);
  });

  it('look again soon at first, later less often, and not all at once', () => {
    const pauses = (ageMs: number) => keys.map((key) => looksAgainAt(ageMs, 0, key) - ageMs);
    expect(Math.min(...pauses(0))).toBeGreaterThanOrEqual(15_000);
    expect(Math.max(...pauses(0))).toBeLessThanOrEqual(30_000);
    expect(Math.max(...pauses(30 * 86_400_000))).toBeLessThanOrEqual(600_000);
    expect(new Set(pauses(30 * 86_400_000)).size).toBeGreaterThan(5_000);
  });
});

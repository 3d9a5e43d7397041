import fc from 'fast-check';
import { backoffMs, nextAttemptAt } from './backoff';

const budget = { attempts: 3, windowMs: 60_000 };

describe('backoffMs', () => {
  it.each([
    [1, 0, 0],
    [1, 0.5, 500],
    [2, 0.5, 1_000],
    [5, 0.5, 8_000],
    [12, 0.5, 900_000],
    [60, 0.5, 900_000],
    [0, 0.5, 500],
  ])('after %d attempts with chance %d waits %d ms', (attempts, chance, expected) => {
    expect(backoffMs(attempts, chance)).toBe(expected);
  });

  it('never waits less than the vendor asked for, nor much more', () => {
    fc.assert(
      fc.property(
        fc.nat(50),
        fc.double({ min: 0, max: 0.999, noNaN: true }),
        fc.nat(86_400_000),
        (attempts, chance, asked) => {
          const waits = backoffMs(attempts, chance, asked);
          expect(waits).toBeGreaterThanOrEqual(asked);
          expect(waits).toBeLessThanOrEqual(asked + 1_000);
        },
      ),
    );
  });
});

describe('nextAttemptAt', () => {
  const at = (attempts: number, ageMs: number, throttles = 0) =>
    nextAttemptAt({ attempts, throttles, firstAt: 1_000_000 }, { now: 1_000_000 + ageMs, chance: 0.5, budget });

  it.each([
    ['neither is used up', 1, 0, true],
    ['only the attempts are', 9, 59_999, true],
    ['only the window is', 2, 60_000, true],
    ['both are', 3, 60_000, false],
  ])('when %s, tries again: %s', (_, attempts, age, again) => {
    expect(at(attempts, age) !== undefined).toBe(again);
  });

  it('gives a throttled one until the end of the window, however few its attempts', () => {
    expect(at(0, 59_999, 40)).toBeDefined();
    expect(at(0, 60_000, 40)).toBeUndefined();
  });

  it('waits longer with every throttling, though none burns an attempt', () => {
    expect(at(0, 0, 5)).toBe(1_008_000);
  });
});

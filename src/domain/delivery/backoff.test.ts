import fc from 'fast-check';
import { backoffMs } from './backoff';

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

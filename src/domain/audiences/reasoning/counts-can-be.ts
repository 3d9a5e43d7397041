import { compileComparison, type Compared } from '../comparison';
import { compareValue } from '../conditions/compare-value';

/** How many of one thing are to have happened, within a window (of milliseconds; `Infinity` for ever). */
export interface CountDemand {
  readonly windowMs: number;
  readonly compared: Compared;
  readonly isTrue: boolean;
}

/**
 * Whether some history meets all the demands at once: what happened within a window also happened within every longer one, so counts
 * never fall as windows grow. Of each the least possible is taken, which leaves most room for the next.
 */
export function countsCanBe(demands: readonly CountDemand[], most = Infinity): boolean {
  const windows = [...new Set(demands.map(({ windowMs }) => windowMs))].sort((a, b) => a - b);
  let least = 0;
  for (const window of windows) {
    const tests = demands
      .filter(({ windowMs }) => windowMs === window)
      .map(({ compared, isTrue }) => ({ comparison: compileComparison(compared), isTrue }));
    const found = countsToTry(demands, least).find((count) =>
      tests.every(({ comparison, isTrue }) => compareValue(comparison, count, [], 0).matches === isTrue),
    );
    if (found === undefined || found > most) return false;
    least = found;
  }
  return true;
}

function countsToTry(demands: readonly CountDemand[], least: number): number[] {
  const named = demands.flatMap(({ compared: { value } }) => [value].flat().filter((one) => typeof one === 'number'));
  const near = named.flatMap((one) => [Math.floor(one) - 1, Math.floor(one), Math.floor(one) + 1, Math.ceil(one) + 1]);
  return [...new Set([least, least + 1, ...near])].filter((count) => count >= least).sort((a, b) => a - b);
}

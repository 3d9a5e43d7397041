import fc from 'fast-check';
import { enrollmentStatuses } from '../journeys/enrollment';
import { countRuns, exitReasons, type RunCount } from './runs';
import { totalOf } from './states';

const runCount: fc.Arbitrary<RunCount> = fc.record(
  {
    status: fc.constantFrom(...enrollmentStatuses),
    reason: fc.constantFrom('purchased', 'merged', 'delivered', '__proto__'),
    count: fc.nat(1_000),
  },
  { requiredKeys: ['status', 'count'] },
);

describe('countRuns', () => {
  it('counts a run that is about to start as active', () => {
    const runs: RunCount[] = [
      { status: 'starting', count: 1 },
      { status: 'active', count: 2 },
      { status: 'failed', reason: 'no-such-step', count: 4 },
    ];
    expect(countRuns(runs)).toEqual({ entered: 7, active: 3, completed: 0, exited: 0, failed: 4 });
  });

  it('loses no run: entered is active, completed, exited and failed, and every exit has a reason', () => {
    fc.assert(
      fc.property(fc.array(runCount), (runs) => {
        const { entered, active, completed, exited, failed } = countRuns(runs);
        expect(active + completed + exited + failed).toBe(entered);
        expect(totalOf(exitReasons(runs))).toBe(exited);
      }),
    );
  });
});

describe('exitReasons', () => {
  it('adds up by reason, whatever other runs ended with', () => {
    const runs: RunCount[] = [
      { status: 'exited', reason: 'purchased', count: 2 },
      { status: 'exited', reason: 'purchased', count: 1 },
      { status: 'exited', count: 1 },
      { status: 'completed', reason: 'purchased', count: 8 },
    ];
    expect(exitReasons(runs)).toEqual({ purchased: 3, unstated: 1 });
  });
});

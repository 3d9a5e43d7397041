import fc from 'fast-check';
import type { PathEntry } from '../journeys/enrollment';
import { dwellsOf, funnelOf, type StepVisits, type Walked } from './funnel';

const name = fc.constantFrom('settle', 'remind', 'done', '__proto__');
const outcome = fc.constantFrom('waited', 'delivered', 'timeout');

/** A run that went through some steps; one that has ended has an outcome everywhere. */
const walked: fc.Arbitrary<Walked> = fc
  .record({
    steps: fc.array(fc.record({ step: name, outcome, stayMs: fc.nat(10_000) }), { minLength: 1, maxLength: 6 }),
    isOver: fc.boolean(),
  })
  .map(({ steps, isOver }) => {
    let at = 0;
    const path = steps.map((step, index): PathEntry => {
      const entry = { step: step.step, visit: 1, at };
      at += step.stayMs;
      return isOver || index < steps.length - 1 ? { ...entry, outcome: step.outcome } : entry;
    });
    return { path, ...(isOver && { endedAt: at }) };
  });

const visitsOf = (runs: readonly Walked[]): StepVisits[] =>
  runs.flatMap(({ path }) =>
    path.map(({ step, outcome: ended }) => ({ step, count: 1, ...(ended !== undefined && { outcome: ended }) })),
  );

describe('funnelOf', () => {
  it('loses nobody: at each step entered is waiting plus left, and those who wait are the runs that are not over', () => {
    fc.assert(
      fc.property(fc.array(walked), (runs) => {
        const funnel = funnelOf(['settle'], visitsOf(runs), dwellsOf(runs));
        for (const { entered, waiting, left } of funnel)
          expect(waiting + Object.values(left).reduce((sum, count) => sum + count, 0)).toBe(entered);
        const waiting = funnel.reduce((sum, step) => sum + step.waiting, 0);
        expect(waiting).toBe(runs.filter(({ endedAt }) => endedAt === undefined).length);
      }),
    );
  });

  it('keeps the order of the definition, shows steps that nobody reached, and appends those of older versions', () => {
    const visits = [
      { step: 'old', outcome: 'waited', count: 1 },
      { step: 'remind', count: 2 },
    ];
    expect(funnelOf(['settle', 'remind'], visits, new Map([['remind', [5, 1, 9]]]))).toEqual([
      { step: 'settle', entered: 0, waiting: 0, left: {} },
      { step: 'remind', entered: 2, waiting: 2, left: {}, medianDwellMs: 5 },
      { step: 'old', entered: 1, waiting: 0, left: { waited: 1 } },
    ]);
  });
});

describe('dwellsOf', () => {
  it('measures from reaching a step to reaching the next, the last one to the end', () => {
    const path = [
      { step: 'settle', visit: 1, at: 100, outcome: 'waited' },
      { step: 'remind', visit: 1, at: 400, outcome: 'delivered' },
    ];
    expect([...dwellsOf([{ path, endedAt: 450 }])]).toEqual([
      ['settle', [300]],
      ['remind', [50]],
    ]);
  });

  it('adds up to the time inside', () => {
    fc.assert(
      fc.property(walked, (run) => {
        const total = [...dwellsOf([run]).values()].flat().reduce((sum, ms) => sum + ms, 0);
        expect(total).toBe(run.endedAt ?? run.path.at(-1)?.at);
      }),
    );
  });
});

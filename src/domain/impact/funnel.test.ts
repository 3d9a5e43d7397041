import fc from 'fast-check';
import type { PathEntry } from '../journeys/enrollment';
import { dwellsOf, funnelOf, type StepVisits, type Walked } from './funnel';
import { totalOf } from './states';

const name = fc.constantFrom('settle', 'remind', 'done', '__proto__');
const outcome = fc.constantFrom('waited', 'delivered', 'timeout');

interface Run extends Walked {
  readonly isExited: boolean;
}

/** A run that went through some steps; one that has ended has an outcome everywhere, and may have been cut short. */
const walked: fc.Arbitrary<Run> = fc
  .record({
    steps: fc.array(fc.record({ step: name, outcome, stayMs: fc.nat(10_000) }), { minLength: 1, maxLength: 6 }),
    isOver: fc.boolean(),
    isCut: fc.boolean(),
  })
  .map(({ steps, isOver, isCut }) => {
    let at = 0;
    const path = steps.map((step, index): PathEntry => {
      const entry = { step: step.step, visit: 1, at };
      at += step.stayMs;
      return isOver || index < steps.length - 1 ? { ...entry, outcome: step.outcome } : entry;
    });
    return { path, isExited: isOver && isCut, ...(isOver && { endedAt: at }) };
  });

const visitsOf = (runs: readonly Run[]): StepVisits[] =>
  runs.flatMap(({ path, isExited }) =>
    path.map(({ step, outcome: ended }, index) => ({
      step,
      count: 1,
      isExit: isExited && index === path.length - 1,
      ...(ended !== undefined && { outcome: ended }),
    })),
  );

describe('funnelOf', () => {
  it('loses nobody: at each step entered is waiting, left and exited; who waits is not over, who exited was cut short', () => {
    fc.assert(
      fc.property(fc.array(walked), (runs) => {
        const funnel = funnelOf(['settle'], visitsOf(runs), dwellsOf(runs));
        for (const { entered, waiting, left, exited } of funnel)
          expect(waiting + totalOf(left) + totalOf(exited)).toBe(entered);
        const sum = (of: (step: (typeof funnel)[number]) => number) => funnel.reduce((all, step) => all + of(step), 0);
        expect(sum(({ waiting }) => waiting)).toBe(runs.filter(({ endedAt }) => endedAt === undefined).length);
        expect(sum(({ exited }) => totalOf(exited))).toBe(runs.filter(({ isExited }) => isExited).length);
      }),
    );
  });

  it('keeps the order of the definition, shows steps that nobody reached, and appends those of older versions', () => {
    const visits = [
      { step: 'old', outcome: 'waited', count: 1, isExit: false },
      { step: 'remind', count: 2, isExit: false },
    ];
    expect(funnelOf(['settle', 'remind'], visits, new Map([['remind', [5, 1, 9]]]))).toEqual([
      { step: 'settle', entered: 0, waiting: 0, left: {}, exited: {} },
      { step: 'remind', entered: 2, waiting: 2, left: {}, exited: {}, medianDwellMs: 5 },
      { step: 'old', entered: 1, waiting: 0, left: { waited: 1 }, exited: {} },
    ]);
  });

  it('tells an exit from an outcome of the same name', () => {
    const visits = [
      { step: 'remind', outcome: 'delivered', count: 3, isExit: false },
      { step: 'remind', outcome: 'delivered', count: 2, isExit: true },
      { step: 'remind', outcome: 'purchased', count: 1, isExit: true },
    ];
    expect(funnelOf(['remind'], visits, new Map())).toEqual([
      { step: 'remind', entered: 6, waiting: 0, left: { delivered: 3 }, exited: { delivered: 2, purchased: 1 } },
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

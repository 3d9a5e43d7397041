import fc from 'fast-check';
import type { PathEntry } from '../journeys/enrollment';
import { dwellsOf, funnelOf, type StepVisits, type Walked } from './funnel';
import { totalOf } from './states';

const name = fc.constantFrom('settle', 'remind', 'done', '__proto__');
const outcome = fc.constantFrom('waited', 'delivered', 'timeout');

interface Run extends Walked {
  readonly cut?: 'exited' | 'failed';
}

/** A run that went through some steps; one that has ended has an outcome everywhere, and may have been cut short. */
const walked: fc.Arbitrary<Run> = fc
  .record({
    steps: fc.array(fc.record({ step: name, outcome, stayMs: fc.nat(10_000) }), { minLength: 1, maxLength: 6 }),
    isOver: fc.boolean(),
    cut: fc.constantFrom(undefined, 'exited' as const, 'failed' as const),
  })
  .map(({ steps, isOver, cut }) => {
    let at = 0;
    const path = steps.map((step, index): PathEntry => {
      const entry = { step: step.step, visit: 1, at };
      at += step.stayMs;
      return isOver || index < steps.length - 1 ? { ...entry, outcome: step.outcome } : entry;
    });
    return { path, ...(isOver && { endedAt: at, ...(cut && { cut }) }) };
  });

const visitsOf = (runs: readonly Run[]): StepVisits[] =>
  runs.flatMap(({ path, cut }) =>
    path.map(({ step, outcome: ended }, index) => ({
      step,
      count: 1,
      ...(cut && index === path.length - 1 && { cut }),
      ...(ended !== undefined && { outcome: ended }),
    })),
  );

describe('funnelOf', () => {
  it('loses nobody: at each step entered is waiting, left, exited and failed; who waits is not over, who exited or failed was cut short', () => {
    fc.assert(
      fc.property(fc.array(walked), (runs) => {
        const funnel = funnelOf(['settle'], visitsOf(runs), dwellsOf(runs));
        for (const { entered, waiting, left, exited, failed } of funnel)
          expect(waiting + totalOf(left) + totalOf(exited) + totalOf(failed)).toBe(entered);
        const sum = (of: (step: (typeof funnel)[number]) => number) => funnel.reduce((all, step) => all + of(step), 0);
        expect(sum(({ waiting }) => waiting)).toBe(runs.filter(({ endedAt }) => endedAt === undefined).length);
        expect(sum(({ exited }) => totalOf(exited))).toBe(runs.filter(({ cut }) => cut === 'exited').length);
        expect(sum(({ failed }) => totalOf(failed))).toBe(runs.filter(({ cut }) => cut === 'failed').length);
      }),
    );
  });

  it('keeps the order of the definition, shows steps that nobody reached, and appends those of older versions', () => {
    const visits = [
      { step: 'old', outcome: 'waited', count: 1 },
      { step: 'remind', count: 2 },
    ];
    expect(funnelOf(['settle', 'remind'], visits, new Map([['remind', [5, 1, 9]]]), new Map([['remind', 1]]))).toEqual([
      { step: 'settle', entered: 0, waiting: 0, left: {}, exited: {}, failed: {}, stuck: 0 },
      { step: 'remind', entered: 2, waiting: 2, left: {}, exited: {}, failed: {}, stuck: 1, medianDwellMs: 5 },
      { step: 'old', entered: 1, waiting: 0, left: { waited: 1 }, exited: {}, failed: {}, stuck: 0 },
    ]);
  });

  it('says why sends did not arrive, by what became of them', () => {
    const visits = [
      { step: 'remind', outcome: 'withheld', why: 'consent', count: 3 },
      { step: 'remind', outcome: 'withheld', why: 'cap', count: 1 },
      { step: 'remind', outcome: 'rejected', why: 'http-422', count: 2 },
      { step: 'remind', outcome: 'delivered', count: 9 },
    ];
    expect(funnelOf(['remind'], visits, new Map())).toMatchObject([
      { left: { withheld: 4 }, reasons: { withheld: { consent: 3, cap: 1 }, rejected: { 'http-422': 2 } } },
    ]);
  });

  it('tells an exit, and a failure, from an outcome of the same name', () => {
    const visits = [
      { step: 'remind', outcome: 'delivered', count: 3 },
      { step: 'remind', outcome: 'delivered', count: 2, cut: 'exited' as const },
      { step: 'remind', outcome: 'purchased', count: 1, cut: 'exited' as const },
      { step: 'remind', outcome: 'delivered', count: 4, cut: 'failed' as const },
    ];
    expect(funnelOf(['remind'], visits, new Map())).toEqual([
      {
        ...{ step: 'remind', entered: 10, waiting: 0, stuck: 0, left: { delivered: 3 } },
        ...{ exited: { delivered: 2, purchased: 1 }, failed: { delivered: 4 } },
      },
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

import fc from 'fast-check';
import { aRun, day, hour, noon } from '../../../testing/runs';
import { countConflicts, sharedBy } from './conflicts';
import { estimateTotal } from './estimate-sums';
import { JourneyDefinition } from '../journey.schema';
import type { Enrollment } from '../enrollment';
import type { SimulatedLife, SimulatedSend } from './simulated-life';
import { countLife, nothingCounted } from './tally';

const step = (name: string, outcome?: string) => ({ step: name, visit: 1, at: noon, ...(outcome && { outcome }) });
const run = (of: Partial<Enrollment> = {}): Enrollment => aRun('rest', { path: [step('rest')], ...of });
const send = (of: Partial<SimulatedSend> = {}): SimulatedSend => ({
  ...{ enrollment: 'enr_1', journey: 'j', step: 'mail', destination: 'crm', status: 'delivered', at: noon },
  ...of,
});
const life = (runs: readonly Enrollment[], sends: readonly SimulatedSend[] = []): SimulatedLife => ({
  ...{ runs, sends, isCutShort: false },
});

describe('what a simulation counts', () => {
  it('is each step with how runs left it, sends by what became of them and by day, why runs ended, and goals', () => {
    const left = run({
      ...{ status: 'exited', reason: 'purchased', path: [step('rest', 'waited'), step('mail', 'purchased')] },
      conversions: [{ goal: 'buy', at: noon, value: 20, currency: 'EUR' }],
    });
    const sends = [send(), send({ at: noon + day }), send({ status: 'withheld', reason: 'cap' })];
    const tally = [life([left, run()], sends), life([])].reduce((sum, one) => countLife(sum, 'j', one), nothingCounted);
    expect(tally).toMatchObject({
      ...{ people: 2, entered: 1, runs: { sum: 2, squares: 4 }, arrived: { sum: 2, squares: 4 } },
      status: { exited: 1, inside: 1 },
      reasons: { purchased: 1 },
      steps: {
        rest: { entered: 2, here: 1, left: { waited: 1 } },
        mail: { entered: 1, here: 0, left: { purchased: 1 } },
      },
      sends: { mail: { delivered: 2, 'withheld: cap': 1 } },
      days: { crm: { '2026-03-01': 1, '2026-03-02': 1 } },
      goals: { buy: { conversions: 1, value: { EUR: 20 } } },
    });
  });

  it('leaves out what other journeys did', () => {
    const tally = countLife(nothingCounted, 'j', life([run({ journey: 'other' })], [send({ journey: 'other' })]));
    expect(tally).toEqual({ ...nothingCounted, people: 1 });
  });

  it('is the same in whatever order people are looked at, and survives being stored between any two', () => {
    const lives = fc.array(
      fc.record({ runs: fc.integer({ min: 0, max: 3 }), sends: fc.integer({ min: 0, max: 3 }) }).map((of) =>
        life(
          Array.from({ length: of.runs }, () => run()),
          Array.from({ length: of.sends }, (_, index) => send({ at: noon + index * day })),
        ),
      ),
    );
    const stored = <Value>(value: Value): Value => JSON.parse(JSON.stringify(value)) as Value;
    fc.assert(
      fc.property(lives, (all) => {
        const count = (some: readonly SimulatedLife[]) =>
          some.reduce((sum, one) => countLife(sum, 'j', one), nothingCounted);
        const inPieces = all.reduce((sum, one) => countLife(stored(sum), 'j', one), nothingCounted);
        expect(inPieces).toEqual(count(all));
        expect(count([...all].reverse())).toEqual(count(all));
      }),
    );
  });
});

describe('what one journey is to another', () => {
  const of = (together: SimulatedLife, without = life([])) => ({ journey: 'j', together, without, closeMs: day });
  const other = (from: Partial<Enrollment> = {}) => run({ journey: 'other', ...from });

  it.each<[string, Parameters<typeof countConflicts>[2], object]>([
    ['somebody inside both at once', of(life([run(), other()])), { inBoth: 1 }],
    [
      'somebody who left the one before the other',
      of(life([run({ endedAt: noon - hour / 2 }), other({ enteredAt: noon })])),
      { inBoth: 0 },
    ],
    [
      'two messages of one channel in a day',
      of(life([], [send({ channel: 'email' }), send({ journey: 'other', channel: 'email', at: noon + hour })])),
      { closeMessages: 1 },
    ],
    [
      'two of different channels',
      of(life([], [send({ channel: 'email' }), send({ journey: 'other' })])),
      { closeMessages: 0 },
    ],
    ['two a day apart', of(life([], [send(), send({ journey: 'other', at: noon + day })])), { closeMessages: 0 }],
    [
      'a send of the other that a cap keeps since',
      of(life([], []), life([], [send({ journey: 'other' })])),
      { displaced: 1 },
    ],
    [
      'a send that a cap keeps',
      of(life([run(), other()], [send({ status: 'withheld', reason: 'cap' })])),
      { capped: 1 },
    ],
  ])('counts %s', (_, compared, expected) => {
    expect(countConflicts({}, ['other'], compared)['other']).toMatchObject(expected);
  });

  it('names what both write', () => {
    const journey = (steps: object) =>
      JourneyDefinition.parse({ key: 'k', name: 'K', entry: { on: { event: 'E' } }, start: 'a', steps });
    const one = journey({ a: { type: 'update', set: { tier: 1, stage: 'x' }, next: 'b' }, b: { type: 'exit' } });
    const two = journey({
      a: { type: 'update', unset: ['tier'], next: 'b' },
      b: { type: 'audience', audience: 'vip', do: 'add' },
    });
    expect(sharedBy(one, two)).toEqual([{ kind: 'trait', names: ['tier'] }]);
    expect(sharedBy(two, two).map(({ kind }) => kind)).toEqual(['audience', 'trait']);
  });
});

describe('the total of all, from a sample', () => {
  it('is exact where everybody was looked at', () => {
    expect(estimateTotal({ sum: 7, squares: 9 }, 10, 10)).toEqual({ count: 7, low: 7, high: 7 });
  });

  it('is off by more for rarer and for more different people, and never below what was seen', () => {
    const even = estimateTotal({ sum: 100, squares: 100 }, 100, 1_000);
    const uneven = estimateTotal({ sum: 100, squares: 10_000 }, 100, 1_000);
    expect(even).toMatchObject({ count: 1_000, low: 1_000 });
    expect(uneven.count).toBe(1_000);
    expect(uneven.low).toBe(100);
    expect(uneven.high).toBeGreaterThan(2_500);
    expect(estimateTotal({ sum: 0, squares: 0 }, 100, 1_000)).toEqual({ count: 0, low: 0, high: 27 });
  });
});

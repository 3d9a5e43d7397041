import fc from 'fast-check';
import { deliveryStatuses } from '../delivery/delivery';
import { reasonsOf, statesOf, tally, type StateCount } from './states';

const rows = fc.array(
  fc.record(
    {
      status: fc.constantFrom(...deliveryStatuses),
      reason: fc.oneof(fc.constantFrom('http-503', '__proto__', 'constructor'), fc.string()),
      count: fc.nat(1_000),
    },
    { requiredKeys: ['status', 'count'] },
  ),
) as fc.Arbitrary<StateCount[]>;

const sumOf = (counts: Readonly<Record<string, number>>) =>
  Object.values(counts).reduce((sum, count) => sum + count, 0);

describe('statesOf', () => {
  it('adds up: emitted is the sum of every state', () => {
    fc.assert(
      fc.property(rows, (some) => {
        const { emitted, withheld, ...states } = statesOf(some);
        expect(sumOf(states) + sumOf(withheld)).toBe(emitted);
        expect(emitted).toBe(some.reduce((sum, { count }) => sum + count, 0));
      }),
    );
  });

  it('names every state, and the withheld by reason', () => {
    const some: StateCount[] = [
      { status: 'delivered', count: 7 },
      { status: 'delivered', reason: 'http-503', count: 1 },
      { status: 'withheld', reason: 'consent', count: 2 },
      { status: 'withheld', reason: 'exited', count: 1 },
      { status: 'dead', reason: 'http-503', count: 3 },
    ];
    expect(statesOf(some)).toEqual({
      emitted: 14,
      reserved: 0,
      held: 0,
      sent: 0,
      retrying: 0,
      delivered: 8,
      rejected: 0,
      dead: 3,
      unknown: 0,
      withheld: { consent: 2, exited: 1 },
    });
  });
});

describe('reasonsOf', () => {
  it('leaves nobody without a reason who has not arrived', () => {
    fc.assert(
      fc.property(rows, (some) => {
        const { held, retrying, rejected, dead, unknown, withheld } = statesOf(some);
        const wanted = held + retrying + rejected + dead + unknown + sumOf(withheld);
        const given = Object.values(reasonsOf(some)).reduce((sum, counts) => sum + sumOf(counts), 0);
        expect(given).toBe(wanted);
      }),
    );
  });

  it('ignores what earlier attempts of an arrived delivery met', () => {
    expect(reasonsOf([{ status: 'delivered', reason: 'http-503', count: 4 }])).toEqual({});
  });

  it('says that a reason was not stated', () => {
    expect(reasonsOf([{ status: 'held', count: 4 }])).toEqual({ held: { unstated: 4 } });
  });
});

describe('tally', () => {
  it('takes names as data', () => {
    const counts = tally([
      ['__proto__', 1],
      ['constructor', 2],
      ['__proto__', 3],
    ]);
    expect(Object.entries(counts)).toEqual([
      ['__proto__', 4],
      ['constructor', 2],
    ]);
  });
});

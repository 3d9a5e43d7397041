import fc from 'fast-check';
import { deliveryStatuses } from '../delivery/delivery';
import { addConservations, conserveMembers, conserveSends } from './conservation';
import type { StateCount } from './states';

const status = fc.constantFrom(...deliveryStatuses);
const open = ['reserved', 'held', 'retrying'];

/** What really happened to one send step: how its delivery stands, and how the run left the step. */
type Visit = { readonly row?: StateCount; readonly outcome?: string };

const settled = status
  .filter((state) => !open.includes(state))
  .map((state): Visit => ({ row: { status: state, count: 1 }, outcome: state }));
const failedForGood = fc
  .constantFrom('rejected' as const, 'dead' as const, 'withheld' as const)
  .map((state): Visit => ({ row: { status: state, count: 1 }, outcome: `send-${state}` }));
const underWay = status
  .filter((state) => open.includes(state))
  .map((state): Visit => ({ row: { status: state, count: 1 } }));
const cutShort = status.map((state): Visit => ({ row: { status: state, count: 1 }, outcome: 'purchased' }));
const exitedFirst = fc.constant<Visit>({
  row: { status: 'withheld', reason: 'exited', count: 1 },
  outcome: 'purchased',
});
/** Its own was held, or refused before its fallback's turn came. */
const sentByAnother = fc
  .constantFrom({ status: 'withheld' as const, reason: 'moved-on' }, { status: 'rejected' as const })
  .map((row): Visit => ({ row: { ...row, count: 1 }, outcome: 'sent-elsewhere' }));
const neverSent = fc.constantFrom<Visit>({}, { outcome: 'purchased' }, { outcome: 'sent-elsewhere' });
const history = fc.array(fc.oneof(settled, failedForGood, underWay, cutShort, exitedFirst, sentByAnother, neverSent), {
  maxLength: 40,
});

const visitsOf = (visits: readonly Visit[]) =>
  visits.map(({ outcome }) => ({ count: 1, ...(outcome !== undefined && { outcome }) }));
const rowsOf = (visits: readonly Visit[]) => visits.flatMap(({ row }) => (row ? [row] : []));

describe('conserveSends', () => {
  it('finds no gap whatever happens to sends: settled, under way, cut short or never begun', () => {
    fc.assert(
      fc.property(history, (visits) => {
        const rows = rowsOf(visits);
        expect(conserveSends(visitsOf(visits), rows)).toEqual({ emitted: rows.length, ledger: rows.length, gap: 0 });
      }),
    );
  });

  it('counts every settled send whose row is missing, however many others are under way', () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(settled, underWay)), fc.integer({ min: 1, max: 5 }), (visits, lost) => {
        const rows = rowsOf(visits);
        const forgotten = { outcome: 'delivered', count: lost };
        const found = conserveSends([...visitsOf(visits), forgotten], rows);
        expect(found).toEqual({ emitted: rows.length + lost, ledger: rows.length, gap: lost });
      }),
    );
  });

  it('counts every row that no visit explains', () => {
    fc.assert(
      fc.property(
        fc.array(fc.oneof(settled, underWay)),
        status,
        fc.integer({ min: 1, max: 5 }),
        (visits, state, more) => {
          const rows = [...rowsOf(visits), { status: state, count: more }];
          const ledger = visits.length + more;
          expect(conserveSends(visitsOf(visits), rows)).toEqual({ emitted: visits.length, ledger, gap: more });
        },
      ),
    );
  });

  it('does not take forgotten visits of a very long path for missing ones, and still sees a lost row', () => {
    const rows: StateCount[] = [{ status: 'delivered', count: 3 }];
    expect(conserveSends([{ outcome: 'delivered', count: 2 }], rows, true).gap).toBe(0);
    expect(conserveSends([{ outcome: 'delivered', count: 4 }], rows, true).gap).toBe(1);
  });

  it('reports a lost row and an unexplained one as two', () => {
    const found = conserveSends([{ outcome: 'delivered', count: 1 }], [{ status: 'held', count: 2 }]);
    expect(found).toEqual({ emitted: 2, ledger: 2, gap: 2 });
  });
});

describe('conserveMembers', () => {
  it.each([
    ['everything begun is settled', [{ status: 'delivered', count: 5 }], { begun: 9, rows: 9, changing: 0 }, 5, 0],
    [
      'open rows belong to what is changing',
      [{ status: 'retrying', count: 2 }],
      { begun: 2, rows: 2, changing: 2 },
      2,
      0,
    ],
    ['an operation has no row', [{ status: 'delivered', count: 5 }], { begun: 6, rows: 5, changing: 0 }, 6, 1],
    ['a row has no operation', [{ status: 'delivered', count: 5 }], { begun: 4, rows: 5, changing: 0 }, 4, 1],
    ['a row stays open for ever', [{ status: 'retrying', count: 2 }], { begun: 2, rows: 2, changing: 1 }, 1, 1],
  ] as const)('when %s', (_when, rows, sync, emitted, gap) => {
    expect(conserveMembers(rows, sync)).toMatchObject({ emitted, gap });
  });
});

describe('addConservations', () => {
  it('lets two errors not cancel', () => {
    const parts = [
      { emitted: 3, ledger: 2, gap: 1 },
      { emitted: 2, ledger: 3, gap: 1 },
    ];
    expect(addConservations(parts)).toEqual({ emitted: 5, ledger: 5, gap: 2 });
  });
});

import fc from 'fast-check';
import { addToTally, emptyTally, ImportTally, type RefusedExample, type StepTally } from './import-tally';

const refusal = fc.record<RefusedExample>({
  row: fc.integer({ min: 1, max: 1_000 }),
  code: fc.constantFrom('invalid_value', 'no_identifier', 'too_old'),
  column: fc.constant('id'),
  message: fc.constant('Write a number.'),
});
const step: fc.Arbitrary<StepTally> = fc
  .record({ accepted: fc.nat(50), duplicates: fc.nat(50), share: fc.nat(100), rejected: fc.array(refusal) })
  .map(({ share, ...counts }) => ({ ...counts, known: Math.floor((counts.accepted * share) / 100) }));

describe('what has become of the rows of an import', () => {
  it('adds up after any steps: each row is accepted, duplicates or rejected, and each refusal has its code', () => {
    fc.assert(
      fc.property(fc.array(step), (steps) => {
        const tally = steps.reduce(addToTally, emptyTally);
        const all = steps.flatMap(({ rejected }) => rejected);
        expect(tally.rows).toBe(tally.accepted + tally.duplicates + tally.rejected);
        expect(tally.accepted).toBe(tally.known + tally.unknown);
        expect(tally.rejected).toBe(all.length);
        expect(tally.examples).toEqual(all.slice(0, 20));
        const byCode = Object.entries(tally.rejectedByCode);
        for (const [code, count] of byCode) expect(count).toBe(all.filter((one) => one.code === code).length);
        expect(byCode.reduce((sum, [, count]) => sum + count, 0)).toBe(all.length);
      }),
    );
  });

  it('leaves the tally of before as it was', () => {
    const rejected = [{ row: 1, code: 'invalid_value', column: '', message: '' }];
    addToTally(emptyTally, { accepted: 1, duplicates: 0, known: 0, rejected });
    expect(emptyTally).toMatchObject({ rows: 0, rejectedByCode: {}, examples: [] });
  });

  it('is read as it was stored under its words of before: an import goes on over an upgrade', () => {
    const { duplicates, rejected, rejectedByCode, ...rest } = emptyTally;
    const before = { ...rest, rows: 3, repeated: 1, refused: 2, refusedByCode: { erased: 2 } };
    const now = { ...emptyTally, rows: 3, duplicates: 1, rejected: 2, rejectedByCode: { erased: 2 } };
    expect([duplicates, rejected, rejectedByCode]).toEqual([0, 0, {}]);
    expect([ImportTally.parse(before), ImportTally.parse(now)]).toEqual([now, now]);
  });
});

import fc from 'fast-check';
import { addDecimals, addToDecimal, sumOf } from './decimal';

const cents = fc.integer({ min: -10_000_000, max: 10_000_000 });

describe('exact sums', () => {
  it.each([
    { numbers: [0.1, 0.2], sum: '0.3' },
    { numbers: [0.7, 0.1, -0.8], sum: '0' },
    { numbers: [-0.05], sum: '-0.05' },
    { numbers: [1e21, 1], sum: '1000000000000000000001' },
    { numbers: [1e-12, 1e-12], sum: '0.000000000002' },
    { numbers: [4e-13, 5e-13, -5e-13], sum: '0' },
    { numbers: [9_007_199_254_740_993, 0.1], sum: '9007199254740992.1' },
  ])('of $numbers is $sum', ({ numbers, sum }) => {
    expect(addToDecimal('0', numbers)).toBe(sum);
    expect(sumOf(numbers, [])).toBe(Number(sum));
  });

  it('are those of whole cents, in any order and in any parts', () => {
    fc.assert(
      fc.property(fc.array(cents), fc.array(cents), (one, other) => {
        const amounts = (values: number[]) => values.map((value) => value / 100);
        const expected = [...one, ...other].reduce((sum, value) => sum + value, 0) / 100;
        const [first, second] = [addToDecimal('0', amounts(one)), addToDecimal('0', amounts(other.reverse()))];
        expect(Number(addDecimals(first, second))).toBe(expected);
        expect(sumOf(amounts(one), [second])).toBeCloseTo(expected, 12);
        expect(sumOf(amounts([...one, ...other]), []) + 0).toBe(expected + 0);
      }),
    );
  });

  it('are the same the quick way and the long way, and in any order', () => {
    const finite = fc.oneof(
      fc.double({ noNaN: true, noDefaultInfinity: true, min: -1e15, max: 1e15 }),
      cents.map((value) => value / 100),
    );
    fc.assert(
      fc.property(fc.array(finite, { maxLength: 20 }), (numbers) => {
        expect(sumOf(numbers, []) + 0).toBe(sumOf(numbers, ['0']) + 0);
        expect(addToDecimal('0', numbers)).toBe(addToDecimal('0', numbers.toReversed()));
      }),
    );
  });
});

import { compareVariants, type ArmCount } from './experiment';

const weights = 'a:50 b:50';
const arm = (variant: string, count: number, of: Partial<ArmCount> = {}): ArmCount => ({
  ...{ variant, count, drawnBy: weights, isContaminated: false, isConverted: false, value: 0 },
  ...of,
});
/** Of so many people, so many of whom converted. */
const arms = (variant: string, exposed: number, converted: number, of: Partial<ArmCount> = {}): ArmCount[] => [
  arm(variant, exposed - converted, of),
  arm(variant, converted, { isConverted: true, ...of }),
];
const keys = ['a', 'b'];

describe('compareVariants', () => {
  it('says of each variant who had it and who converted, and how the others differ from the first', () => {
    const { variants } = compareVariants(keys, [...arms('a', 1_000, 100), ...arms('b', 1_000, 120)]);
    expect(variants).toEqual([
      { variant: 'a', exposed: 1_000, converted: 100, rate: 0.1, value: {} },
      {
        ...{ variant: 'b', exposed: 1_000, converted: 120, rate: 0.12, value: {} },
        against: {
          difference: expect.closeTo(0.02) as number,
          interval: [expect.closeTo(-0.0075, 4), expect.closeTo(0.04755, 4)],
          anytime: [expect.any(Number), expect.any(Number)],
          p: expect.closeTo(0.1529, 4) as number,
          lift: expect.closeTo(0.2) as number,
          liftInterval: [expect.any(Number), expect.any(Number)],
        },
      },
    ]);
  });

  it('adds values by currency, and never across them', () => {
    const of = { isConverted: true };
    const sold = [
      arm('a', 2, { ...of, value: 30, currency: 'EUR' }),
      arm('a', 1, { ...of, value: 5, currency: 'USD' }),
    ];
    expect(compareVariants(keys, sold).variants[0]?.value).toEqual({ EUR: 30, USD: 5 });
  });

  it('says how far the values of somebody exposed are apart, once enough have one', () => {
    const sold = (variant: string, buyers: number, each: number) => [
      arm(variant, 200 - buyers),
      arm(variant, buyers, {
        ...{ isConverted: true, value: buyers * each, squares: buyers * each * each, currency: 'EUR' },
      }),
    ];
    const against = (buyers: number) =>
      compareVariants(keys, [...sold('a', 40, 10), ...sold('b', buyers, 20)]).variants[1]?.against?.value;
    expect(against(29)).toBeUndefined();
    const { EUR } = against(50) ?? {};
    expect(EUR?.difference).toBe(3);
    // Standard errors of 0.2835 and 0.6139: 280 degrees.
    expect(EUR?.interval[0]).toBeCloseTo(3 - 1.9685 * 0.6762, 2);
    expect(EUR?.interval[1]).toBeCloseTo(3 + 1.9685 * 0.6762, 2);
  });

  it('leaves out who was two people with different variants, and who came after it was won', () => {
    const others = [
      arm('a', 7, { isContaminated: true, isConverted: true }),
      ...arms('b', 900, 900, { drawnBy: 'won' }),
    ];
    const without = compareVariants(keys, [...arms('a', 500, 50), ...arms('b', 500, 50)]);
    const found = compareVariants(keys, [...arms('a', 500, 50), ...arms('b', 500, 50), ...others]);
    expect(found).toEqual({ ...without, contaminated: 7, sinceWon: 900 });
  });

  it.each<[string, ArmCount[], string, string | undefined]>([
    ['few of one variant', [...arms('a', 99, 1), ...arms('b', 5_000, 900)], 'mismatch', undefined],
    ['few, as the weights have it', [...arms('a', 99, 1), ...arms('b', 101, 60)], 'too-few', undefined],
    ['a difference that may be chance', [...arms('a', 1_000, 100), ...arms('b', 1_000, 120)], 'undecided', undefined],
    ['a difference that is none', [...arms('a', 5_000, 500), ...arms('b', 5_000, 700)], 'won', 'b'],
    ['the first one better', [...arms('a', 5_000, 700), ...arms('b', 5_000, 500)], 'won', 'a'],
    ['other numbers than the weights say', [...arms('a', 8_800, 800), ...arms('b', 1_200, 700)], 'mismatch', undefined],
  ])('concludes of %s: %s', (_, counts, kind, winner) => {
    const { verdict } = compareVariants(keys, counts);
    expect([verdict.kind, verdict.winner]).toEqual([kind, winner]);
  });

  it('asks more of each pair, the more variants there are', () => {
    const of = { drawnBy: 'a:50 b:50' };
    const two = [...arms('a', 3_000, 300, of), ...arms('b', 3_000, 372, of)];
    expect(compareVariants(keys, two).verdict.kind).toBe('undecided');
    const clear = [...arms('a', 3_000, 300, of), ...arms('b', 3_000, 400, of)];
    expect(compareVariants(keys, clear).verdict.kind).toBe('won');
    const thirds = { drawnBy: 'a:34 b:33 c:33' };
    const third = [
      ...arms('a', 3_000, 300, thirds),
      ...arms('b', 3_000, 400, thirds),
      ...arms('c', 3_000, 395, thirds),
    ];
    expect(compareVariants([...keys, 'c'], third).verdict.kind).toBe('undecided');
  });

  it('takes weights that were changed for what they were, when people came', () => {
    const later = { drawnBy: 'a:90 b:10' };
    const changed = [
      ...arms('a', 500, 50),
      ...arms('b', 500, 50),
      ...arms('a', 900, 90, later),
      ...arms('b', 100, 9, later),
    ];
    expect(compareVariants(keys, changed)).toMatchObject({ hasOtherWeights: true, sampleRatio: { isMismatch: false } });
  });

  it('shows variants that only an older version had, and lets them win nothing', () => {
    const old = { drawnBy: 'a:50 gone:50' };
    const found = compareVariants(keys, [...arms('a', 500, 50, old), ...arms('gone', 500, 300, old)]);
    expect(found.variants.map(({ variant }) => variant)).toEqual(['a', 'b', 'gone']);
    expect(found.verdict.kind).toBe('too-few');
  });
});

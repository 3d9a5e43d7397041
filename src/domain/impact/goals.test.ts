import { conversionRate, goalResults } from './goals';

describe('conversionRate', () => {
  it.each([
    { conversions: 0, entered: 0, is: null },
    { conversions: 0, entered: 4, is: 0 },
    { conversions: 1, entered: 4, is: 0.25 },
    { conversions: 4, entered: 4, is: 1 },
  ])('of $conversions in $entered is $is', ({ conversions, entered, is }) => {
    expect(conversionRate(conversions, entered)).toBe(is);
  });
});

describe('goalResults', () => {
  it('shows a goal that nobody reached', () => {
    expect(goalResults(['purchase'], [], 3, [])).toEqual([{ key: 'purchase', conversions: 0, rate: 0, value: {} }]);
  });

  it('keeps currencies apart, and those without one under a name of their own', () => {
    const counts = [
      { goal: 'purchase', currency: 'EUR', count: 2, value: 30.5 },
      { goal: 'purchase', currency: 'USD', count: 1, value: 10 },
      { goal: 'purchase', count: 1, value: 7 },
      { goal: 'purchase', currency: 'SEK', count: 1, value: 0 },
    ];
    const [result] = goalResults(['purchase'], counts, 10, []);
    expect(result).toEqual({
      key: 'purchase',
      conversions: 5,
      rate: 0.5,
      value: { EUR: 30.5, USD: 10, none: 7 },
    });
  });

  it('times conversions from the entry, each goal by itself', () => {
    const run = (at: number, goal: string) => ({ entry: { at: 1_000 }, conversions: [{ goal, at }] });
    const counts = [{ goal: 'purchase', count: 3, value: 0 }];
    const sample = [run(1_500, 'purchase'), run(2_000, 'purchase'), run(9_000, 'purchase'), run(99_000, 'visit')];
    expect(goalResults(['purchase'], counts, 4, sample)[0]?.medianTimeToConvertMs).toBe(1_000);
  });

  it('keeps a goal that only an older version had', () => {
    const keys = goalResults(['purchase'], [{ goal: 'signup', count: 1, value: 0 }], 1, []).map(({ key }) => key);
    expect(keys).toEqual(['purchase', 'signup']);
  });
});

import { shareOf } from './share';

const ids = Array.from({ length: 20_000 }, (_, index) => `prf_${index.toString(16).padStart(32, '0')}`);

describe('the share of a text', () => {
  it('is what it has always been', () => {
    expect(['', 'pilot:prf_1', 'pilot:prf_2'].map(shareOf)).toEqual([
      0.6689221884589642, 0.3032597522251308, 0.6052951945457608,
    ]);
  });

  it('spreads ids evenly, whatever they have in common', () => {
    const tenths = Array.from({ length: 10 }, () => 0);
    for (const id of ids) tenths[Math.floor(shareOf(`salt:${id}`) * 10)]! += 1;
    // Of 20,000 by chance 2,000 each, with a standard deviation of 42.
    for (const count of tenths) expect(Math.abs(count - 2_000)).toBeLessThan(5 * 42);
  });

  it('under one salt says nothing of the share under another', () => {
    const both = ids.filter((id) => shareOf(`one:${id}`) < 0.5 && shareOf(`other:${id}`) < 0.5).length;
    expect(Math.abs(both - 5_000)).toBeLessThan(5 * 61);
  });
});

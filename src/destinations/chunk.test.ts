import fc from 'fast-check';
import { chunk } from './chunk';

const sized = (...bytes: number[]) => bytes.map((size, index) => ({ index, bytes: size }));

describe('chunk', () => {
  it.each([
    [sized(), []],
    [sized(3, 3, 3), [[0, 1, 2]]],
    [sized(3, 3, 3, 3), [[0, 1, 2], [3]]],
    [sized(5, 4, 1), [[0, 1], [2]]],
    [sized(1, 50, 1), [[0], [1], [2]]],
  ])('%#: groups by number and size', (items, groups) => {
    expect(chunk(items, { maxItems: 3, maxBytes: 10, overhead: 1 })).toEqual(groups);
  });

  it('keeps every item, once and in order, within both bounds unless one alone is larger', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(20)), fc.integer({ min: 1, max: 5 }), fc.nat(30), (bytes, maxItems, maxBytes) => {
        const groups = chunk(sized(...bytes), { maxItems, maxBytes, overhead: 2 });
        expect(groups.flat()).toEqual(bytes.map((_, index) => index));
        for (const group of groups) {
          const size = group.reduce((sum, index) => sum + (bytes[index] ?? 0), 2);
          expect(group.length <= maxItems && (size <= maxBytes || group.length === 1)).toBe(true);
        }
      }),
    );
  });
});

import type { Json } from '../json';
import { anyElement, parsePath, someAt, stepsOf } from './path';

describe('parsePath', () => {
  it.each([
    ['tier', ['tier']],
    ['loyalty.tier', ['loyalty', 'tier']],
    ['order id', ['order id']],
    ['items[].sku', ['items', anyElement, 'sku']],
    ['a[][].b', ['a', anyElement, anyElement, 'b']],
    ['["a.b"]', ['a.b']],
    ['a["x]\\"y"].c', ['a', 'x]"y', 'c']],
    ['$where.__proto__', ['$where', '__proto__']],
  ])('reads %s', (text, steps) => {
    expect(parsePath(text)).toEqual(steps);
  });

  it.each(['', '.', 'a.', '.a', 'a..b', '[]', '[].a', 'a[0]', 'a[', 'a]', 'a[]b', '["a"', '["\\x"]', 'a.[]'])(
    'refuses %j',
    (text) => {
      expect(parsePath(text)).toBeUndefined();
      expect(() => stepsOf(text)).toThrow('is not a path');
    },
  );
});

describe('someAt', () => {
  const order: Json = {
    items: [
      { sku: 'A', tags: ['x'] },
      { sku: 'B', tags: ['y', 'z'] },
    ],
    total: 5,
    none: null,
  };
  const found = (path: string) => {
    const values: Json[] = [];
    someAt(order, stepsOf(path), (value) => values.push(value) === 0);
    return values;
  };

  it.each([
    ['total', [5]],
    ['items[].sku', ['A', 'B']],
    ['items[].tags[]', ['x', 'y', 'z']],
    ['items.sku', []],
    ['total[]', []],
    ['none', []],
    ['missing.deeper', []],
    ['constructor', []],
    ['items.length', []],
  ])('finds at %s %j', (path, values) => {
    expect(found(path)).toEqual(values);
  });
});

import type { Json, JsonObject } from './json';
import { allAt, anyElement, firstAt, parsePath, partsOf, someAt } from './path';

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
  ])('reads %s', (text, parts) => {
    expect(parsePath(text)).toEqual(parts);
  });

  it.each(['', '.', 'a.', '.a', 'a..b', '[]', '[].a', 'a[0]', 'a[', 'a]', 'a[]b', '["a"', '["\\x"]', 'a.[]'])(
    'refuses %j',
    (text) => {
      expect(parsePath(text)).toBeUndefined();
      expect(() => partsOf(text)).toThrow('is not a path');
      expect(() => firstAt({ a: 1 }, text)).toThrow('is not a path');
      expect(allAt({ a: 1 }, text)).toBeUndefined();
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
    someAt(order, partsOf(path), (value) => values.push(value) === 0);
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

const facts: JsonObject = {
  traits: { first_name: 'Ada', 'a.b': 1, nothing: null, zero: 0 },
  identifiers: { email: 'ada@example.com' },
  event: { properties: { items: [{ sku: null }, { sku: 'A', tags: ['x'] }, { sku: 'B', tags: ['y', 'z'] }, 'odd'] } },
};

describe('one value and all values at a path', () => {
  it.each<[string, Json | undefined]>([
    ['traits.first_name', 'Ada'],
    ['traits["a.b"]', 1],
    ['traits.zero', 0],
    ['identifiers.email', 'ada@example.com'],
    ['traits', facts['traits']],
  ])('are the same at %s: %j', (path, value) => {
    expect(firstAt(facts, path)).toEqual(value);
    expect(allAt(facts, path)).toEqual(value);
  });

  it.each([
    ['event.properties.items[].sku', 'A', ['A', 'B']],
    ['event.properties.items[].tags[]', 'x', ['x', 'y', 'z']],
    ['event.properties.items[].tags', ['x'], [['x'], ['y', 'z']]],
  ])('differ through a list, at %s', (path, first, all) => {
    expect(firstAt(facts, path)).toEqual(first);
    expect(allAt(facts, path)).toEqual(all);
  });

  it.each([
    'traits.missing',
    'traits.nothing',
    'traits.first_name.length',
    'traits.constructor',
    'traits.__proto__',
    'traits[].x',
    'event.properties.items.sku',
    'event.properties.items[].price',
  ])('are nothing at %j', (path) => {
    expect(firstAt(facts, path)).toBeUndefined();
    expect(allAt(facts, path)).toBeUndefined();
  });

  it('read keys that look like prototypes when somebody sent them', () => {
    const sent = JSON.parse('{"__proto__":{"a":1}}') as JsonObject;
    expect(firstAt(sent, '__proto__.a')).toBe(1);
    expect(allAt(sent, '__proto__.a')).toBe(1);
  });
});

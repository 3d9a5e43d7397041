import type { JsonObject } from './json';
import { resolvePath } from './path';

const facts: JsonObject = {
  traits: { first_name: 'Ada', 'a.b': 1, nothing: null, zero: 0 },
  identifiers: { email: 'ada@example.com' },
  event: { properties: { items: [{ sku: 'A', tags: ['x'] }, { sku: 'B', tags: ['y', 'z'] }, 'odd'] } },
};

describe('resolvePath', () => {
  it.each([
    ['traits.first_name', 'Ada'],
    ['traits["a.b"]', 1],
    ['traits.zero', 0],
    ['identifiers.email', 'ada@example.com'],
    ['event.properties.items[].sku', ['A', 'B']],
    ['event.properties.items[].tags[]', ['x', 'y', 'z']],
    ['traits', facts['traits']],
  ])('finds at %s %j', (path, value) => {
    expect(resolvePath(facts, path)).toEqual(value);
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
    'not a path[',
    '',
  ])('finds nothing at %j', (path) => {
    expect(resolvePath(facts, path)).toBeUndefined();
  });

  it('reads keys that look like prototypes when somebody sent them', () => {
    const sent = JSON.parse('{"__proto__":{"a":1}}') as JsonObject;
    expect(resolvePath(sent, '__proto__.a')).toBe(1);
  });
});

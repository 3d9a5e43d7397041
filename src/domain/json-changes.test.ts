import fc from 'fast-check';
import type { Json } from './json';
import { jsonChanges } from './json-changes';

describe('the changes from one document to another', () => {
  it.each<[string, Json, Json, ReturnType<typeof jsonChanges>]>([
    ['a value', { a: 1, b: 2 }, { a: 1, b: 3 }, [{ pointer: '/b', from: 2, to: 3 }]],
    ['something new', {}, { a: { b: 1 } }, [{ pointer: '/a', to: { b: 1 } }]],
    ['something gone', { a: null }, {}, [{ pointer: '/a', from: null }]],
    ['an item more', { all: [1] }, { all: [1, 2] }, [{ pointer: '/all/1', to: 2 }]],
    ['another shape', { a: [1] }, { a: { 0: 1 } }, [{ pointer: '/a', from: [1], to: { 0: 1 } }]],
    ['a name with a slash and a tilde', { 'a/b~': 1 }, { 'a/b~': 2 }, [{ pointer: '/a~1b~0', from: 1, to: 2 }]],
    ['the whole', 1, 'x', [{ pointer: '', from: 1, to: 'x' }]],
  ])('are named by their places: %s', (_what, before, after, changes) => {
    expect(jsonChanges(before, after)).toEqual(changes);
  });

  it('are none between equal documents, and some between others', () => {
    const json = fc.jsonValue({ maxDepth: 3 }) as fc.Arbitrary<Json>;
    fc.assert(
      fc.property(json, json, (one, other) => {
        const isSame = JSON.stringify(one) === JSON.stringify(other);
        expect(jsonChanges(one, JSON.parse(JSON.stringify(one)) as Json)).toEqual([]);
        if (jsonChanges(one, other).length === 0) expect(other).toEqual(one);
        else expect(isSame).toBe(false);
      }),
    );
  });
});

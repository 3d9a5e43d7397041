import * as fc from 'fast-check';
import { measureJson, type MeasureOptions } from './measure-json';

const options: MeasureOptions = {
  maxBytes: 1_000,
  maxDepth: 5,
  hasEscapes: true,
  byteLength: (text) => Buffer.byteLength(text),
};

describe('measureJson', () => {
  it('answers the size of the value as compact JSON', () => {
    const plain = fc.jsonValue({ maxDepth: 3, noUnicodeString: true }).filter((value) => {
      const text = JSON.stringify(value);
      return !text.includes('\\') && !text.includes('_bsontype');
    });
    fc.assert(
      fc.property(plain, (value) => {
        const roomy = { ...options, maxBytes: Infinity, maxDepth: 50 };
        expect(measureJson(value, roomy)).toEqual({ bytes: Buffer.byteLength(JSON.stringify(value)) });
      }),
    );
  });

  it.each([
    ['a string', { a: 'x'.repeat(1_000) }, 'too_large', ''],
    ['many keys', Object.fromEntries(Array.from({ length: 300 }, (_, n) => [`k${n}`, 1])), 'too_large', ''],
    ['a long list', { a: { b: Array.from({ length: 600 }, () => 1) } }, 'too_large', ''],
    ['deep lists', { a: [[[[[1]]]]] }, 'too_deep', '/a/0/0/0/0'],
    ['half a surrogate pair', { a: ['\ud800'] }, 'invalid_text', '/a/0'],
    ['a NUL in a key', { a: { 'b\0': 1 } }, 'invalid_key', '/a/b\0'],
    ['half a pair in a key', { '\udc00': 1 }, 'invalid_key', '/\ufffd'],
    ['a key of the driver', { a: { _bsontype: 'ObjectId' } }, 'invalid_key', '/a/_bsontype'],
    ['keys that the driver reads as a reference', { a: [{ $id: 1, sku: 's', $ref: 'x' }] }, 'invalid_key', '/a/0/$ref'],
    ['a number beyond doubles', { a: JSON.parse('1e999') as number }, 'invalid_number', '/a'],
    ['a key with a slash', { 'a/b~': { c: '\ud800' } }, 'invalid_text', '/a~1b~0/c'],
  ])('refuses %s', (_what, value, code, path) => {
    expect(measureJson(value, options)).toMatchObject({ code, path });
  });

  it.each([
    { a: 'b\0' },
    { ['__proto__']: { x: 1 } },
    { $set: { 'a.b': 1 } },
    { $ref: 'x' },
    { $id: 1 },
    { '': null },
    [],
    'text',
    7,
    true,
    null,
  ])('takes %p', (value) => {
    expect(measureJson(value, options)).toHaveProperty('bytes');
  });

  it('stops at the limit, however deep and wide the rest is', () => {
    const deep = JSON.parse(`${'['.repeat(100_000)}${']'.repeat(100_000)}`) as unknown;
    expect(measureJson(deep, options)).toMatchObject({ code: 'too_deep' });
  });
});

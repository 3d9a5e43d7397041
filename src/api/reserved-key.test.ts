import { findReservedKey } from './reserved-key';

describe('findReservedKey', () => {
  it.each([
    ['{"__proto__":1}', '/__proto__'],
    ['{"steps":{"u":{"set":{"a/b":[{"x":1},{"__proto__":"x"}]}}}}', '/steps/u/set/a~1b/1/__proto__'],
    ['{"constructor":{"prototype":1},"name":"__proto__","list":["__proto__"]}', undefined],
    ['"__proto__"', undefined],
    ['null', undefined],
  ])('answers for %s: %s', (text, pointer) => {
    expect(findReservedKey(JSON.parse(text))).toBe(pointer);
  });
});

import { omit, own, withKey, withoutKey } from './json';

describe('objects', () => {
  it('are copied without the fields named, and left as they were', () => {
    const given = { kept: 1, gone: 2, goneToo: 3 };
    expect(omit(given, 'gone', 'goneToo')).toEqual({ kept: 1 });
    expect(given).toEqual({ kept: 1, gone: 2, goneToo: 3 });
  });

  it.each(['__proto__', 'constructor', 'a.b', '$set'])('take %s for a key like any other', (key) => {
    expect(own({}, key)).toBeUndefined();
    const set = withKey({ other: 1 }, key, 2);
    expect(own(set, key)).toBe(2);
    expect(withoutKey(set, key)).toEqual({ other: 1 });
  });
});

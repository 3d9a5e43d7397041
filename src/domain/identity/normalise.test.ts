import * as fc from 'fast-check';
import { blockedValues, normaliseIdentifier } from './normalise';

describe('normaliseIdentifier', () => {
  it.each([
    ['email', ' Ann@Example.COM ', 'ann@example.com'],
    ['email', 'é@example.com', 'é@example.com'],
    ['phone', '+47 912 34 567', '+4791234567'],
    ['phone', '+1 (212) 555-0142', '+12125550142'],
    ['phone', '912 34 567', '91234567'],
    ['phone', '(40) 123', '40123'],
    ['user_id', ' U1 ', 'U1'],
    ['user_id', 'e\u0301', 'é'],
    ['anonymous_id', 'constructor', 'constructor'],
  ])('writes the %s "%s" as "%s"', (type, raw, value) => {
    expect(normaliseIdentifier(type, raw)).toEqual({ type, value });
  });

  it.each([
    ['user_id', ''],
    ['user_id', '   '],
    ['user_id', 'NULL'],
    ['device_id', '00000000-0000-0000-0000-000000000000'],
    ['email', 'ann'],
    ['email', 'ann @example.com'],
    ['phone', 'call me'],
    ['phone', '(0)'],
    ['phone', '0-0'],
    ['phone', '-1.'],
    ['phone', '000 000 00 00'],
    ['phone', '999-999-9999'],
    ['phone', '+1 000 000 0000'],
    ['phone', '112'],
    ['phone', '12-34'],
    ['shoe_size', '43'],
    ['__proto__', 'x'],
    ['user_id', 'x'.repeat(256)],
  ])('takes no %s from "%s"', (type, raw) => {
    expect(normaliseIdentifier(type, raw)).toBeUndefined();
  });

  it.each([...blockedValues])('takes no id from the placeholder "%s"', (value) => {
    expect(normaliseIdentifier('user_id', ` ${value.toUpperCase()} `)).toBeUndefined();
  });

  it('changes nothing of what it has written', () => {
    const types = fc.constantFrom('user_id', 'email', 'phone', 'anonymous_id');
    fc.assert(
      fc.property(types, fc.string({ unit: 'grapheme' }), (type, raw) => {
        const once = normaliseIdentifier(type, raw);
        if (once) expect(normaliseIdentifier(type, once.value)).toEqual(once);
      }),
    );
  });
});

import * as fc from 'fast-check';
import { blockedValues } from './normalise';
import { typesOf, usualTypes } from './workspace-types';

const normaliseIdentifier = usualTypes.normalise;
const types = typesOf({
  ...{ user_id: { ignoreCase: true }, app_user_id: { form: 'digits' }, device_id: { form: 'uuid' } },
  ...{ loyalty_id: { isKnown: true, form: 'digits' }, crm_mail: { isKnown: true, form: 'email' } },
  ...{ shop_phone: { isKnown: true, form: 'phone' }, tag: { isKnown: false } },
});

describe('an identifier', () => {
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

describe('an identifier in the form that a workspace has said', () => {
  it.each([
    ['user_id', ' U1 ', 'u1'],
    ['user_id', 'İ', 'i̇'],
    ['user_id', 'Ω', 'ω'],
    ['app_user_id', '12 34-5', '12345'],
    ['app_user_id', '0012', '0012'],
    ['loyalty_id', '12/34.5', '12345'],
    ['crm_mail', 'Ann@X.example', 'ann@x.example'],
    ['shop_phone', '+47 912 34 567', '+4791234567'],
    ['device_id', '6BA7B810-9DAD-11D1-80B4-00C04FD430C8', '6ba7b810-9dad-11d1-80b4-00c04fd430c8'],
    ['device_id', '{6ba7b8109dad11d180b400c04fd430c8}', '6ba7b810-9dad-11d1-80b4-00c04fd430c8'],
    ['device_id', 'urn:uuid:6ba7b810-9dad-11d1-80b4-00c04fd430c8', '6ba7b810-9dad-11d1-80b4-00c04fd430c8'],
    ['tag', ' Ab ', 'Ab'],
  ])('of type %s is, as "%s", "%s"', (type, raw, value) => {
    expect(types.normalise(type, raw)).toEqual({ type, value });
  });

  it.each([
    ['app_user_id', 'a12'],
    ['app_user_id', '١٢'],
    ['app_user_id', '000'],
    ['app_user_id', '-'],
    ['device_id', '6ba7b810'],
    ['device_id', '00000000000000000000000000000000'],
    ['device_id', 'undefined'],
    ['user_id', 'NULL'],
    ['nickname', 'x'],
  ])('of type %s is not made of "%s"', (type, raw) => {
    expect(types.normalise(type, raw)).toBeUndefined();
  });

  it('is changed by nothing once it is written', () => {
    const uuid = fc.uuid().map((text) => text.toUpperCase());
    const raw = fc.oneof(
      fc.string({ unit: 'grapheme' }),
      fc.emailAddress(),
      uuid,
      fc.stringMatching(/^[\d ./-]{1,20}$/),
    );
    fc.assert(
      fc.property(fc.constantFrom(...types.names), raw, (type, text) => {
        const once = types.normalise(type, text);
        if (once) expect(types.normalise(type, once.value)).toEqual(once);
      }),
    );
  });
});

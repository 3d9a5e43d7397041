import fc from 'fast-check';
import type { Json } from '../json';
import { conversionOf } from './convert-value';
import { Conversion } from './row-mapping.schema';

const convert = (as: unknown, value: Json) => conversionOf(Conversion.parse(as))(value);

describe('a value', () => {
  it.each<[unknown, Json, Json]>([
    ['text', '007', '007'],
    ['text', 7.5, '7.5'],
    ['text', true, 'true'],
    ['number', ' 12.50 ', 12.5],
    ['number', '-1e3', -1000],
    ['number', 3, 3],
    ['integer', '42', 42],
    ['integer', '42.0', 42],
    [{ number: { decimal: ',', thousands: '.' } }, '1.234,5', 1234.5],
    [{ number: { decimal: ',', thousands: ' ' } }, '1\u202f234,5', 1234.5],
    [{ number: { decimal: '.', thousands: ',' } }, '1,234', 1234],
    ['boolean', 'Yes', true],
    ['boolean', 0, false],
    [{ boolean: { true: ['ja'], false: ['nein'] } }, 'Nein', false],
    ['json', '{"a":[1]}', { a: [1] }],
    ['json', [1], [1]],
    [{ list: ';' }, 'a; b;;c', ['a', 'b', 'c']],
    [{ list: '|', of: 'integer' }, '1|2', [1, 2]],
    [{ list: ';' }, ['a'], ['a']],
    ['date', '1950-02-28', '1950-02-28'],
    ['date', '2026-05-01T23:30:00Z', '2026-05-01'],
    [{ date: 'dd.MM.yyyy' }, '01.05.2026', '2026-05-01'],
    [{ date: 'iso', zone: 'Europe/Oslo' }, '2026-05-01T23:30:00Z', '2026-05-02'],
    ['instant', '2026-05-01', '2026-05-01T00:00:00.000Z'],
    ['instant', '2026-05-01T09:00:00+02:00', '2026-05-01T07:00:00.000Z'],
    ['instant', '2026-05-01 09:00:00', '2026-05-01T09:00:00.000Z'],
    ['instant', '2026-05-01 09:00:00.123456+02', '2026-05-01T07:00:00.123Z'],
    ['instant', '2026-05-01 09:00:00 UTC', '2026-05-01T09:00:00.000Z'],
    ['instant', 1_777_626_000, '2026-05-01T09:00:00.000Z'],
    [{ instant: 'iso', zone: 'Europe/Oslo' }, '2026-05-01 09:00:00', '2026-05-01T07:00:00.000Z'],
    [{ instant: 'iso', zone: 'Europe/Oslo' }, '2026-05-01 09:00:00 UTC', '2026-05-01T09:00:00.000Z'],
    [{ instant: 'dd/MM/yyyy HH:mm', zone: 'Europe/Oslo' }, '01/01/2026 00:30', '2025-12-31T23:30:00.000Z'],
    [{ instant: 'seconds' }, '1777626000', '2026-05-01T09:00:00.000Z'],
    [{ instant: 'milliseconds' }, 1_777_626_000_000, '2026-05-01T09:00:00.000Z'],
    // The hour that spring skips is read an hour later.
    [{ instant: 'iso', zone: 'Europe/Oslo' }, '2026-03-29T02:30:00', '2026-03-29T01:30:00.000Z'],
  ])('read as %j: %j is %j', (as, value, expected) => {
    expect(convert(as, value)).toEqual({ value: expected });
  });

  it.each<[unknown, Json]>([
    ['number', '12,5'],
    ['number', '0x1f'],
    ['number', 'Infinity'],
    ['number', '1e999'],
    ['number', true],
    ['integer', '1.5'],
    ['integer', '9007199254740993'],
    [{ number: { decimal: ',' } }, '1.5'],
    ['boolean', 'maybe'],
    ['boolean', {}],
    ['json', '{'],
    [{ list: ';', of: 'integer' }, '1;x'],
    [{ list: ';' }, 5],
    ['date', '2026-02-30'],
    ['date', '26-05-01'],
    ['date', '5'],
    [{ date: 'dd.MM.yyyy' }, '2026-05-01'],
    [{ date: 'dd.MM.yyyy' }, 20_260_501],
    ['instant', 'yesterday'],
    ['instant', '2026-05-01T25:00:00'],
    [{ instant: 'seconds' }, 'now'],
    [{ instant: 'milliseconds' }, 1e300],
  ])('read as %j: %j is nothing it could be', (as, value) => {
    expect(convert(as, value)).toHaveProperty('problem');
  });

  it('written as text and read back as a number or moment is itself', () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (number) => {
        expect(convert('number', String(number))).toEqual({ value: Object.is(number, -0) ? 0 : number });
      }),
    );
    const moment = fc.date({ min: new Date(0), max: new Date('2100-01-01'), noInvalidDate: true });
    fc.assert(
      fc.property(moment, (at) => {
        expect(convert('instant', at.toISOString())).toEqual({ value: at.toISOString() });
        expect(convert({ instant: 'milliseconds' }, at.getTime())).toEqual({ value: at.toISOString() });
      }),
    );
  });
});

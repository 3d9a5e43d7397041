import fc from 'fast-check';
import type { Json } from '../json';
import { conversionOf } from './convert-value';
import { findFormatProblem } from './date-format';
import { Conversion } from './row-mapping.schema';

const messageOf = (as: object): string | undefined => Conversion.safeParse(as).error?.issues[0]?.message;

describe('a format of a date', () => {
  it.each<[string, Json, string]>([
    ['d.M.y', '1.5.2026', '2026-05-01'],
    ['yyyyMMdd', '20260501', '2026-05-01'],
    ['MMMM d, yyyy', 'May 1, 2026', '2026-05-01'],
    ["EEE, d MMM yyyy HH:mm:ss 'GMT'", 'Fri, 1 May 2026 09:00:00 GMT', '2026-05-01'],
    ["yyyy-MM-dd'T'HH:mm:ss.SSSZZ", '2026-05-01T09:00:00.000+00:00', '2026-05-01'],
    ['M/d/yy h:mm a', '5/1/26 9:00 AM', '2026-05-01'],
    ['DDD', 'May 1, 2026', '2026-05-01'],
    ['yyyyMMdHHmmss', '2026051090000', '2026-05-01'],
  ])('such as %s is taken: it reads %j', (date, cell, day) => {
    expect(conversionOf(Conversion.parse({ date }))(cell)).toEqual({ value: day });
  });

  it.each([
    ['dHms', 'The format has "H" behind a number that may be short or long'],
    ['yyyy.dHHm', 'The format has "m" behind a number'],
    ["d'1'H", 'The format has "H" behind a number'],
    ['HHZm', 'The format has "m" behind a number'],
    ['dd.MM.yyyy dd', 'The format has "d" twice'],
    ['yyyy-MM-ddTHH:mm', 'The format has "H" twice'],
    ['Day', 'The format has'],
    ['---', 'The format has no token of a date'],
  ])('such as %s is refused', (format, problem) => {
    expect(messageOf({ instant: format })).toContain(problem);
    expect(messageOf({ date: format })).toContain(problem);
  });

  it('that is taken reads a cell that does not fit it in no time', () => {
    const tokens = ['y', 'yy', 'M', 'MM', 'd', 'dd', 'H', 'h', 'm', 's', 'S', 'u', 'o', 'L', 'q', 'W', 'kk', 'E', 'c'];
    const parts = fc.constantFrom(...tokens, 'Z', 'ZZZ', 'z', 'a', 'MMM', 'D', 't', '-', ' ', "'1'", '1');
    const format = fc
      .array(parts, { minLength: 1, maxLength: 20 })
      .map((some) => some.join(''))
      .filter((one) => one.length <= 64 && findFormatProblem(one) === undefined);
    fc.assert(
      fc.property(format, fc.integer({ min: 1, max: 64 }), (instant, digits) => {
        const convert = conversionOf(Conversion.parse({ instant }));
        const begun = performance.now();
        convert(`${'1'.repeat(digits - 1)}x`);
        expect(performance.now() - begun).toBeLessThan(200);
      }),
    );
  });
});

it.each(['date', 'number', 'integer', { date: 'd.M.y' }, { instant: 'milliseconds' }])(
  'a cell of a quarter of a megabyte that is no %j does not hold up whoever reads it',
  (as) => {
    const convert = conversionOf(Conversion.parse(as));
    const begun = performance.now();
    expect(convert(`${'1'.repeat(262_144)}x`)).toHaveProperty('problem');
    expect(performance.now() - begun).toBeLessThan(200);
  },
);

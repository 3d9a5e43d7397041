import { firesAfterGaps, firesAt, nextFires, parseCron } from './cron';

const iso = (instants: readonly number[]) => instants.map((at) => new Date(at).toISOString().slice(0, 16));
const berlin = 'Europe/Berlin';
const from = (text: string) => Date.parse(text);

describe('a cron expression', () => {
  it.each<[string, string, string, readonly string[]]>([
    ['each Monday at nine', '0 9 * * mon', '2026-03-25T00:00Z', ['2026-03-30T07:00', '2026-04-06T07:00']],
    [
      'names in any case, and Sunday as 7',
      '0 9 * JAN,mar 7',
      '2026-03-01T00:00Z',
      ['2026-03-01T08:00', '2026-03-08T08:00'],
    ],
    [
      'ranges and steps',
      '*/30 8-9/1 1 * *',
      '2026-03-01T00:00Z',
      ['2026-03-01T07:00', '2026-03-01T07:30', '2026-03-01T08:00'],
    ],
    [
      'from a number on',
      '50/5 9 * * *',
      '2026-03-01T00:00Z',
      ['2026-03-01T08:50', '2026-03-01T08:55', '2026-03-02T08:50'],
    ],
    ['29 February, where there is one', '0 12 29 2 *', '2026-03-01T00:00Z', ['2028-02-29T11:00', '2032-02-29T11:00']],
    ['a time in the gap after it, once', '0,30 2 * * *', '2026-03-28T12:00Z', ['2026-03-29T01:00', '2026-03-30T00:00']],
    [
      'a time that comes twice the first time',
      '30 2 * * *',
      '2026-10-24T12:00Z',
      ['2026-10-25T00:30', '2026-10-26T01:30'],
    ],
    ['never on a day that is in no year', '0 9 30 2 *', '2026-03-01T00:00Z', []],
  ])('fires %s', (_, cron, after, expected) => {
    expect(iso(nextFires(cron, berlin, from(after), Math.max(1, expected.length)))).toEqual(expected);
  });

  it('says of an instant whether it is one of its own', () => {
    const at = from('2026-03-30T07:00Z');
    expect([at - 1, at, at + 1].map((one) => firesAt('0 9 * * mon', berlin, one))).toEqual([false, true, false]);
    expect(firesAt('30 2 * * *', berlin, from('2026-10-25T01:30Z'))).toBe(false);
  });

  it('knows which instants the clock on the wall says otherwise', () => {
    const wall = firesAfterGaps('30 2 * * *', berlin, from('2026-01-01T00:00Z'), 2);
    expect(iso(wall.map(Number))).toEqual(['2026-03-29T03:00', '2027-03-28T03:00']);
    expect(firesAfterGaps('0 9 * * *', berlin, from('2026-01-01T00:00Z'), 2)).toEqual([]);
  });

  it.each<[string, string, RegExp]>([
    ['of four fields', '0 9 * *', /five fields/],
    ['with a minute that is none', '60 9 * * *', /^The minute is .* from 0 to 59/],
    ['with a day that is none', '0 9 * * funday', /^The day of the week is .* "sun"/],
    ['of a range that runs backwards', '0 9-8 * * *', /^The hour/],
    ['of a step of zero', '*/0 9 * * *', /^The minute/],
    ['in words', '@daily', /five fields/],
    ['of both kinds of days', '0 9 1 * mon', /disagree/],
  ])('is none %s', (_, cron, problem) => {
    expect(parseCron(cron)).toMatch(problem);
  });
});

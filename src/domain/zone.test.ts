import fc from 'fast-check';
import { addDays, nextLocalTime, nextOpening, openingAt, readInstantIn, zoneOf, type Weekday } from './zone';

const at = (text: string): number => Date.parse(text);
const iso = (instant: number | undefined): string | undefined =>
  instant === undefined ? undefined : new Date(instant).toISOString().replace(/:00\.000Z$/, 'Z');

const berlin = 'Europe/Berlin';
const newYork = 'America/New_York';
const lordHowe = 'Australia/Lord_Howe';
const apia = 'Pacific/Apia';

describe('the zone of a person', () => {
  it.each([
    [{ timezone: berlin }, newYork, apia, { zone: berlin, from: 'profile', isProfileInvalid: false }],
    [{}, newYork, apia, { zone: newYork, from: 'journey', isProfileInvalid: false }],
    [{ timezone: null }, undefined, apia, { zone: apia, from: 'workspace', isProfileInvalid: false }],
    [{}, undefined, undefined, { zone: 'UTC', from: 'default', isProfileInvalid: false }],
    [{ timezone: 'Mars/Olympus' }, newYork, apia, { zone: newYork, from: 'journey', isProfileInvalid: true }],
    [{ timezone: 2 }, undefined, apia, { zone: apia, from: 'workspace', isProfileInvalid: true }],
    [{ timezone: '' }, undefined, undefined, { zone: 'UTC', from: 'default', isProfileInvalid: true }],
    [{}, 'nowhere', apia, { zone: apia, from: 'workspace', isProfileInvalid: false }],
  ])('with the traits %j, in a journey of %s and a workspace of %s', (traits, journey, workspace, zone) => {
    expect(zoneOf(traits, journey, workspace)).toEqual(zone);
  });
});

describe('the next local time', () => {
  it.each<[string, string, string, string, Weekday[] | undefined, string]>([
    ['is today when it is still to come', '2026-06-01T05:00Z', '09:00', berlin, undefined, '2026-06-01T07:00Z'],
    ['is tomorrow when it is over', '2026-06-01T08:00Z', '09:00', berlin, undefined, '2026-06-02T07:00Z'],
    ['is tomorrow at that very instant', '2026-06-01T07:00Z', '09:00', berlin, undefined, '2026-06-02T07:00Z'],
    ['is of the day it is there', '2026-06-01T23:30Z', '09:00', 'Asia/Tokyo', undefined, '2026-06-02T00:00Z'],
    ['is on a day that is allowed', '2026-06-01T08:00Z', '09:00', berlin, ['fri', 'mon'], '2026-06-05T07:00Z'],
    ['is in a week on the same day', '2026-06-01T08:00Z', '09:00', berlin, ['mon'], '2026-06-08T07:00Z'],
    ['in a gap is the first instant after it', '2026-03-28T12:00Z', '02:30', berlin, undefined, '2026-03-29T01:00Z'],
    ['at the end of a gap is that end', '2026-03-28T12:00Z', '03:00', berlin, undefined, '2026-03-29T01:00Z'],
    ['after a gap comes once', '2026-03-29T01:00Z', '02:30', berlin, undefined, '2026-03-30T00:30Z'],
    ['in an overlap is the first of two', '2026-10-24T12:00Z', '02:30', berlin, undefined, '2026-10-25T00:30Z'],
    ['in an overlap comes once', '2026-10-25T00:30Z', '02:30', berlin, undefined, '2026-10-26T01:30Z'],
    ['between the two has been', '2026-10-25T01:10Z', '02:30', berlin, undefined, '2026-10-26T01:30Z'],
    ['in a gap over there', '2026-03-08T00:00Z', '02:15', newYork, undefined, '2026-03-08T07:00Z'],
    ['in an overlap over there', '2026-11-01T00:00Z', '01:15', newYork, undefined, '2026-11-01T05:15Z'],
    ['in a gap of half an hour', '2026-10-03T00:00Z', '02:10', lordHowe, undefined, '2026-10-03T15:30Z'],
    ['in an overlap of half an hour', '2026-04-04T00:00Z', '01:45', lordHowe, undefined, '2026-04-04T14:45Z'],
    ['before a day that never was', '2011-12-30T09:00Z', '23:30', apia, undefined, '2011-12-30T09:30Z'],
    ['on a day that never was', '2011-12-30T09:40Z', '23:30', apia, undefined, '2011-12-31T09:30Z'],
    ['is not on a Friday that never was', '2011-12-29T12:00Z', '09:00', apia, ['fri'], '2012-01-05T19:00Z'],
    ['is on a leap day', '2028-02-28T12:00Z', '09:00', berlin, undefined, '2028-02-29T08:00Z'],
    ['where midnight is left out', '2025-09-06T12:00Z', '00:00', 'America/Santiago', undefined, '2025-09-07T04:00Z'],
  ])('%s', (_, after, time, zone, days, next) => {
    expect(iso(nextLocalTime(at(after), { time, days }, zone))).toBe(next);
  });

  it('is never on no day at all', () => {
    expect(nextLocalTime(0, { time: '09:00', days: [] }, berlin)).toBeUndefined();
  });
});

describe('a daily window', () => {
  const office = { from: '09:00', to: '17:00' };
  const night = { from: '22:00', to: '06:00' };
  it.each([
    ['is open from its first minute', '2026-06-01T07:00Z', office, '2026-06-01T07:00Z'],
    ['is open to its last minute', '2026-06-01T14:59Z', office, '2026-06-01T14:59Z'],
    ['is closed at its end', '2026-06-01T15:00Z', office, '2026-06-02T07:00Z'],
    ['opens on the next of its days', '2026-06-05T15:00Z', { ...office, days: ['mon'] as const }, '2026-06-08T07:00Z'],
    ['over midnight is open in the evening', '2026-06-01T21:00Z', night, '2026-06-01T21:00Z'],
    ['over midnight is open in the morning', '2026-06-02T03:59Z', night, '2026-06-02T03:59Z'],
    ['over midnight is closed by day', '2026-06-02T04:00Z', night, '2026-06-02T20:00Z'],
    [
      'of Friday night is open on Saturday morning',
      '2026-06-06T01:00Z',
      { ...night, days: ['fri'] as const },
      '2026-06-06T01:00Z',
    ],
    [
      'of Friday night is closed on Friday morning',
      '2026-06-05T01:00Z',
      { ...night, days: ['fri'] as const },
      '2026-06-05T20:00Z',
    ],
    ['that opens in a gap opens after it', '2026-03-29T00:59Z', { from: '02:30', to: '04:00' }, '2026-03-29T01:00Z'],
    ['in an overlap is open once', '2026-10-25T01:15Z', { from: '02:00', to: '02:15' }, '2026-10-26T01:00Z'],
    [
      'from and to the same minute is always open',
      '2026-06-01T03:00Z',
      { from: '09:00', to: '09:00' },
      '2026-06-01T03:00Z',
    ],
  ])('%s', (_, now, window, opens) => {
    expect(iso(nextOpening(at(now), window, berlin))).toBe(opens);
  });

  it('says when it closes', () => {
    expect(iso(openingAt(at('2026-10-24T22:30Z'), night, berlin)?.closesAt)).toBe('2026-10-25T05:00Z');
    expect(openingAt(at('2026-10-24T12:00Z'), night, berlin)).toBeUndefined();
  });
});

describe('calendar days', () => {
  it.each([
    ['over the beginning of summer time', '2026-03-28T08:00Z', 1, berlin, '2026-03-29T07:00Z'],
    ['over its end', '2026-10-24T07:00Z', 1, berlin, '2026-10-25T08:00Z'],
    ['into a gap', '2026-03-28T01:30Z', 1, berlin, '2026-03-29T01:00Z'],
    ['into an overlap', '2026-10-24T00:30Z', 1, berlin, '2026-10-25T00:30Z'],
    ['from the second of two local times', '2026-10-25T01:30Z', 1, berlin, '2026-10-26T01:30Z'],
    ['over a half-hour change', '2026-04-04T01:00Z', 1, lordHowe, '2026-04-05T01:30Z'],
    ['to a day that never was', '2011-12-29T19:00Z', 1, apia, '2011-12-30T10:00Z'],
    ['over a day that never was', '2011-12-29T19:00Z', 2, apia, '2011-12-30T19:00Z'],
    ['to a leap day', '2028-02-28T08:00Z', 1, berlin, '2028-02-29T08:00Z'],
    ['over a year and more', '2026-01-10T08:00Z', 400, berlin, '2027-02-14T08:00Z'],
    ['over a year and more, into summer time', '2026-06-10T07:00Z', 400, newYork, '2027-07-15T07:00Z'],
  ])('%s', (_, from, days, zone, then) => {
    expect(iso(addDays(at(from), days, zone))).toBe(then);
  });
});

describe('a date', () => {
  it.each([
    ['alone is midnight there', '2026-06-01', berlin, '2026-05-31T22:00Z'],
    ['alone, whose midnight is left out, begins after it', '2025-09-07', 'America/Santiago', '2025-09-07T04:00Z'],
    ['with a time is that instant', '2026-06-01T09:00:00+02:00', newYork, '2026-06-01T07:00Z'],
    ['in epoch seconds is that instant', at('2026-06-01T09:00Z') / 1_000, newYork, '2026-06-01T09:00Z'],
    ['in epoch milliseconds is that instant', at('2026-06-01T09:00Z'), newYork, '2026-06-01T09:00Z'],
    ['that is none is none', '2026-02-30', newYork, undefined],
    ['as other text is none', 'next week', newYork, undefined],
  ])('%s', (_, value, zone, instant) => {
    expect(iso(readInstantIn(value, zone))).toBe(instant);
  });
});

/** The plain way: minute by minute, by what the clock on the wall says. */
function byTheClock(after: number, time: string, zone: string): number | undefined {
  const clock = new Intl.DateTimeFormat('en-GB', {
    timeZone: zone,
    hour: '2-digit',
    minute: '2-digit',
    day: '2-digit',
  });
  const read = (instant: number): string => clock.format(instant);
  const from = Math.floor(after / 60_000) + 1;
  const seen = new Set<string>();
  for (let minute = from - 180; minute < from; minute += 1) seen.add(read(minute * 60_000));
  for (let minute = from; minute < from + 2 * 1_440; minute += 1) {
    const said = read(minute * 60_000);
    if (said.endsWith(time) && !seen.has(said)) return minute * 60_000;
    seen.add(said);
  }
  return undefined;
}

it('is the next local time that a clock on the wall there shows for the first time, or it is left out', () => {
  const days = ['2026-03-27', '2026-10-23', '2026-10-31', '2026-03-06', '2026-04-03', '2026-10-02', '2026-06-01'];
  fc.assert(
    fc.property(
      fc.constantFrom(...days),
      fc.integer({ min: 0, max: 3 * 1_440 }),
      fc.integer({ min: 0, max: 95 }),
      fc.constantFrom(berlin, newYork, lordHowe, 'Asia/Kolkata'),
      (day, minutes, quarter, zone) => {
        const after = at(`${day}T00:00Z`) + minutes * 60_000;
        const time = `${String(Math.floor(quarter / 4)).padStart(2, '0')}:${String((quarter % 4) * 15).padStart(2, '0')}`;
        const found = nextLocalTime(after, { time }, zone);
        const plain = byTheClock(after, time, zone);
        const shown = new Intl.DateTimeFormat('en-GB', { timeZone: zone, timeStyle: 'short' }).format(found);
        if (shown === time) expect(found).toBe(plain);
        else expect(found).toBeLessThan(plain ?? 0);
      },
    ),
    { numRuns: 60 },
  );
});

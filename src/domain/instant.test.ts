import { readInstant } from './instant';

describe('readInstant', () => {
  it.each([
    ['2026-03-01', Date.UTC(2026, 2, 1)],
    ['2026-03-01T09:30:00Z', Date.UTC(2026, 2, 1, 9, 30)],
    ['2026-03-01T09:30:00.1239Z', Date.UTC(2026, 2, 1, 9, 30, 0, 123)],
    ['2026-03-01T09:30:01.001Z', Date.UTC(2026, 2, 1, 9, 30, 1, 1)],
    ['2026-03-01T09:30:00+02:00', Date.UTC(2026, 2, 1, 7, 30)],
    ['2026-03-01t09:30:00-00:30', Date.UTC(2026, 2, 1, 10)],
    ['0099-01-01', new Date('0099-01-01').getTime()],
    ['2024-02-29', Date.UTC(2024, 1, 29)],
    [1_700_000_000, 1_700_000_000_000],
    [1_700_000_000_123, 1_700_000_000_123],
    [1_700_000_000.5, 1_700_000_000_500],
  ])('reads %j', (value, at) => {
    expect(readInstant(value)).toBe(at);
  });

  it.each([
    ['a day that does not exist', '2026-02-31'],
    ['a month that does not exist', '2026-13-01'],
    ['an hour that does not exist', '2026-03-01T24:00:00Z'],
    ['a zone that does not exist', '2026-03-01T09:00:00+25:00'],
    ['a time without a zone', '2026-03-01T09:30:00'],
    ['a number in text', '1700000000'],
    ['other text', 'yesterday'],
    ['a list', ['2026-03-01']],
    ['true', true],
    ['null', null],
  ])('finds no instant in %s', (_, value) => {
    expect(readInstant(value)).toBeUndefined();
  });
});

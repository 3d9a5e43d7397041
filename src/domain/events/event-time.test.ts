import { futureToleranceMs, occurredAtOf, readEventInstant } from './event-time';

const at = (text: string): number => Date.parse(text);
const receivedAt = at('2026-05-01T12:00:00Z');
const minute = 60_000;

describe('readEventInstant', () => {
  it.each([
    ['2026-05-01T09:00:00Z', '2026-05-01T09:00:00Z'],
    ['2026-05-01T09:00:00.123+02:00', '2026-05-01T07:00:00.123Z'],
    ['2026-05-01T09:00:00.123456Z', '2026-05-01T09:00:00.123Z'],
    ['2026-05-01T09:00:00+0200', '2026-05-01T07:00:00Z'],
    ['2026-05-01 09:00:00', '2026-05-01T09:00:00Z'],
    ['2026-05-01T09:00', '2026-05-01T09:00:00Z'],
    ['2026-05-01', '2026-05-01T00:00:00Z'],
    [1_777_626_000, '2026-05-01T09:00:00Z'],
    [1_777_626_000_000, '2026-05-01T09:00:00Z'],
    ['1970-01-01T00:00:00Z', '1970-01-01T00:00:00Z'],
    ['2100-12-31T23:59:59Z', '2100-12-31T23:59:59Z'],
  ])('reads %p as %s', (value, expected) => {
    expect(readEventInstant(value)).toBe(at(expected));
  });

  it.each([
    '1969-12-31T23:59:59Z',
    '2101-01-01',
    '2026-02-30',
    'yesterday',
    '',
    '1777626000',
    -1,
    1e300,
    true,
    null,
    {},
    [],
  ])('does not read %p', (value) => {
    expect(readEventInstant(value)).toBeUndefined();
  });
});

describe('occurredAtOf', () => {
  it.each([
    ['a right clock, sent 3 s later', '2026-05-01T11:59:57Z', '2026-05-01T12:00:00Z', '2026-05-01T11:59:57Z'],
    ['a clock 3 years behind', '2023-05-01T11:59:57Z', '2023-05-01T12:00:00Z', '2026-05-01T11:59:57Z'],
    ['a clock 3 years ahead', '2029-05-01T11:59:57Z', '2029-05-01T12:00:00Z', '2026-05-01T11:59:57Z'],
    ['a historical event', '2020-01-01T00:00:00Z', '2026-05-01T11:59:59Z', '2020-01-01T00:00:01Z'],
    ['no time of sending', '2026-04-30T00:00:00Z', undefined, '2026-04-30T00:00:00Z'],
    ['no time at all', undefined, undefined, '2026-05-01T12:00:00Z'],
    ['only a time of sending', undefined, '2023-05-01T12:00:00Z', '2026-05-01T12:00:00Z'],
    ['a spoofed future', '2030-01-01T00:00:00Z', undefined, '2026-05-01T12:00:00Z'],
    ['a correction before 1970', '1970-01-02T00:00:00Z', '2100-01-01T00:00:00Z', '1970-01-01T00:00:00Z'],
  ])('corrects %s', (_what, said, sent, expected) => {
    const saidAt = said === undefined ? undefined : at(said);
    const sentAt = sent === undefined ? undefined : at(sent);
    expect(occurredAtOf({ receivedAt, saidAt, sentAt })).toBe(at(expected));
  });

  it('lets up to five minutes of the future be', () => {
    expect(occurredAtOf({ receivedAt, saidAt: receivedAt + futureToleranceMs })).toBe(receivedAt + 5 * minute);
    expect(occurredAtOf({ receivedAt, saidAt: receivedAt + futureToleranceMs + 1 })).toBe(receivedAt);
  });
});

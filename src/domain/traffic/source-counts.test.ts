import { addTraffic, errorRate, hourOf, isLate, noTraffic } from './source-counts';

const hour = 3_600_000;

it('adds counts, codes and the last receipt', () => {
  const one = { ...noTraffic, accepted: 1, rejected: 1, rejectedByCode: { too_large: 1 }, lastAt: 5 };
  const other = { ...noTraffic, rejected: 2, rejectedByCode: { too_large: 1, invalid_id: 1 }, lastAt: 3 };
  expect(addTraffic(one, other)).toEqual({
    ...{ ...noTraffic, accepted: 1, rejected: 3, rejectedByCode: { too_large: 2, invalid_id: 1 }, lastAt: 5 },
  });
  expect(addTraffic(noTraffic, noTraffic)).toEqual(noTraffic);
});

it.each([
  ['nothing was sent', {}, undefined],
  ['all got in', { accepted: 3, duplicates: 1 }, 0],
  ['some were refused or kept out', { accepted: 2, rejected: 1, quarantined: 1 }, 0.5],
])('the error rate where %s is %s', (_, counts, rate) => {
  expect(errorRate({ ...noTraffic, ...counts })).toBe(rate);
});

it('an event is late a day after it happened', () => {
  expect(isLate({ occurredAt: 0, receivedAt: 24 * hour })).toBe(false);
  expect(isLate({ occurredAt: 0, receivedAt: 24 * hour + 1 })).toBe(true);
  expect(hourOf(hour + 5)).toBe(hour);
});

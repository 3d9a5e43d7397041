import { parseDuration } from './duration';

describe('parseDuration', () => {
  it.each([
    { text: '30s', ms: 30_000 },
    { text: '10m', ms: 600_000 },
    { text: '2h', ms: 7_200_000 },
    { text: '7d', ms: 604_800_000 },
    { text: '4w', ms: 2_419_200_000 },
  ])('reads $text as $ms milliseconds', ({ text, ms }) => {
    expect(parseDuration(text)).toBe(ms);
  });

  it.each(['', '7', 'd', '0d', '-1d', '1.5h', '7 d', '7D', '1y', '9999999999s'])(
    'refuses %j and says what to write',
    (text) => {
      expect(() => parseDuration(text)).toThrow('whole number and a unit');
    },
  );
});

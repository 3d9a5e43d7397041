import { isAnotherSession } from './sessions';

const minute = 60_000;
const gapMs = 30 * minute;

describe('a session', () => {
  it.each<[string, readonly number[], number, boolean]>([
    ['goes on for half an hour without anything', [], 30, false],
    ['is over after that', [], 31, true],
    ['goes on for as long as something happens every half hour', [80, 50, 25], 100, false],
    ['is another one after an absence in the middle', [80, 60, 25], 100, true],
    ['is another one after an absence at the end', [50, 25], 100, true],
  ])('%s', (_, instants, now, expected) => {
    const seen = { instants: instants.map((at) => at * minute), now: now * minute, gapMs };
    expect(isAnotherSession(0, seen)).toBe(expected);
  });
});

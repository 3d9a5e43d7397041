import { aRuleset } from '../../testing/builders';
import { buildRuleset } from './ruleset';

const audiences = {
  base: { trait: 'x', is: 'set' },
  middle: { audience: 'base' },
  top: { audience: 'middle' },
} as const;

/** Which audiences begin journeys, by since when each counts and which were asked for. */
const starting = (since: Readonly<Record<string, number>>, asked: readonly string[]) => [
  ...(buildRuleset({
    ...aRuleset({ audiences }),
    audienceSince: new Map(Object.entries(since)),
    startingJourneys: new Set(asked),
  }).startingJourneys ?? []),
];

describe('audiences whose definition begins journeys, since that was asked', () => {
  it.each([
    ['where it was saved last', { base: 1, middle: 1, top: 2 }, ['top'], ['top']],
    [
      'where what it refers to was asked for too',
      { base: 2, middle: 2, top: 2 },
      ['base', 'middle', 'top'],
      ['base', 'middle', 'top'],
    ],
    ['not where one that it refers to was saved later', { base: 1, middle: 3, top: 2 }, ['top'], []],
    ['not where one that switched with it was not asked for, however far', { base: 2, middle: 1, top: 2 }, ['top'], []],
  ])('are told: %s', (_, since, asked, expected) => {
    expect(starting(since, asked)).toEqual(expected);
  });
});

import fc from 'fast-check';
import { parseDuration } from '../../domain/duration';
import type { JourneyDefinition } from '../../domain/journeys/journey.schema';
import { shortenWaits } from './shorten-waits';

const journey = (wait: string): Pick<JourneyDefinition, 'steps' | 'goals' | 'lifetime'> => ({
  goals: [{ key: 'order', on: { event: 'Order Completed' }, within: '7d' }],
  lifetime: '90d',
  steps: {
    settle: { type: 'wait', for: wait, next: 'listen' },
    listen: { type: 'wait-for', timeout: wait, first: [{ on: { event: 'A' }, next: 'end' }], onTimeout: 'end' },
    end: { type: 'exit', reason: '2h' },
  },
});

describe('shortenWaits', () => {
  it.each([
    ['2h', 720, '10s'],
    ['90m', 720, '8s'],
    ['1h', 720, '5s'],
    ['1s', 720, '1s'],
    ['2d', 1, '172800s'],
  ])('makes a wait of %s, %i times shorter, %s', (wait, factor, expected) => {
    const { settle, listen } = shortenWaits(journey(wait), factor).steps;
    expect(settle).toEqual({ type: 'wait', for: expected, next: 'listen' });
    expect(listen).toMatchObject({ type: 'wait-for', timeout: expected });
  });

  it('leaves everything else as it was, and its argument alone', () => {
    const original = journey('2h');
    const { steps, ...rest } = shortenWaits(original, 720);
    expect(rest).toEqual({ goals: original.goals, lifetime: '90d' });
    expect(steps['end']).toEqual({ type: 'exit', reason: '2h' });
    expect(original).toEqual(journey('2h'));
  });

  it('never makes a wait longer than a second beyond its share, nor shorter than its share', () => {
    const hours = fc.integer({ min: 1, max: 10_000 });
    fc.assert(
      fc.property(hours, fc.integer({ min: 1, max: 10_000 }), (count, factor) => {
        const { settle } = shortenWaits(journey(`${count}h`), factor).steps;
        const seconds = settle?.type === 'wait' ? parseDuration(settle.for ?? '') / 1_000 : Number.NaN;
        const share = (count * 3_600) / factor;
        expect(seconds).toBeGreaterThanOrEqual(share);
        expect(seconds).toBeLessThan(share + 1);
      }),
    );
  });
});

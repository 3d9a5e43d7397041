import { enrollmentId } from '../ids';
import { oncePerHousehold, whosePlace } from './household-once';

const day = 86_400_000;
const once = { windowMs: 7 * day, isPerKey: true };
const run = { id: enrollmentId('enr_1') };

describe('a step that speaks to a household once', () => {
  it.each([
    ['as long as the journey bars whoever was in it', 'household', 7 * day, { windowMs: 7 * day, isPerKey: true }],
    ['400 days where that is for ever', 'household', Infinity, { windowMs: 400 * day, isPerKey: true }],
    ['as it says, whatever the key', { per: 'household', within: '2d' }, 0, { windowMs: 2 * day, isPerKey: false }],
    ['not at all where it says nothing', undefined, 0, undefined],
  ] as const)('does so %s', (_, said, againAfterMs, expected) => {
    expect(oncePerHousehold({ once: said }, { againAfterMs })).toEqual(expected);
  });

  it.each([
    ['free for the first', undefined, 'free'],
    ['taken while another run has it', { run: 'enr_2', at: 0, hasNotArrived: false }, 'taken'],
    ['free when that never arrived', { run: 'enr_2', at: 0, hasNotArrived: true }, 'free'],
    ['free when its time is over', { run: 'enr_2', at: -7 * day, hasNotArrived: false }, 'free'],
    ['its own at a later visit', { run: 'enr_1', at: 0, hasNotArrived: false }, 'own'],
  ] as const)('has a place that is %s', (_, taken, expected) => {
    expect(whosePlace(taken, run, once, 0)).toBe(expected);
  });
});

import { enrollmentId } from '../ids';
import type { Profile } from '../profiles/profile';
import { ada, day, hour, noon } from '../../testing/runs';
import { decideSlot, type ShowingRun, type SurfaceRules } from './slots';

const visitor: Pick<Profile, 'id' | 'consent' | 'holdouts' | 'restrictedAt'> = { id: ada, consent: {} };
const rules: SurfaceRules = { isStopped: false, paused: new Set(), purposes: new Map() };
const holdout = { percent: 50 };
/** Drawn into the holdouts of these journeys. */
const heldOutOf = (...journeys: string[]) => ({
  holdouts: Object.fromEntries(journeys.map((key) => [`journey:${key}`, { isHeldOut: true, at: noon }])),
});

/** A run that shows something in the hero, of the journey of the same name. */
const shows = (
  id: string,
  { priority = 50, slot = 'hero', until, of = {}, ...run }: Partial<ShowingRun> & Record<string, unknown> = {},
): ShowingRun => ({
  ...{ id: enrollmentId(id), journey: id, version: 1, step: 's', visit: 1, enteredAt: noon, status: 'active' },
  shows: { slot, priority, content: {}, ...(until !== undefined && { until }) } as ShowingRun['shows'],
  definition: { key: id, ...(of as object) },
  ...run,
});

describe('what a slot shows', () => {
  it.each<{
    what: string;
    runs: ShowingRun[];
    who?: Partial<typeof visitor>;
    rules?: Partial<SurfaceRules>;
    winner?: string;
    ghosts?: string[];
  }>([
    { what: 'nothing, where no run shows anything', runs: [] },
    { what: 'nothing of another slot', runs: [shows('a', { slot: 'banner' })] },
    {
      what: 'the highest priority, whichever run is older',
      runs: [shows('a', { enteredAt: noon - hour }), shows('b', { priority: 51 }), shows('c', { priority: 0 })],
      winner: 'b',
    },
    {
      what: 'of two priorities that are the same the older run',
      runs: [shows('a'), shows('b', { enteredAt: noon - 1 })],
      winner: 'b',
    },
    {
      what: 'of two of one instant always the same, however they were read',
      runs: [shows('b'), shows('a')],
      winner: 'a',
    },
    {
      what: 'the next, while the journey of the first is paused',
      runs: [shows('a', { priority: 90 }), shows('b')],
      rules: { paused: new Set(['a']) },
      winner: 'b',
    },
    {
      what: 'the next, once the time of the first is over',
      runs: [shows('a', { priority: 90, until: noon }), shows('b', { until: noon + 1 })],
      winner: 'b',
    },
    { what: 'nothing of a run that has ended', runs: [shows('a', { status: 'exited' })] },
    {
      what: 'nothing while all sends are stopped, also no ghost',
      runs: [shows('a', { of: { holdout } })],
      who: heldOutOf('a'),
      rules: { isStopped: true },
    },
    { what: 'nothing to people who are restricted', runs: [shows('a')], who: { restrictedAt: noon - day } },
    {
      what: 'nothing without the consent that the journey needs',
      runs: [shows('a', { priority: 90, of: { purpose: 'onsite' } }), shows('b')],
      rules: { purposes: new Map([['onsite', { name: 'On site', whenUnset: 'deny' }]]) } as never,
      winner: 'b',
    },
    {
      what: 'to people who are held out what they would see without the journey, which is its ghost',
      runs: [shows('a', { priority: 90, of: { holdout } }), shows('b')],
      who: heldOutOf('a'),
      winner: 'b',
      ghosts: ['a'],
    },
    {
      what: 'nothing, where the only content is of a journey that holds them out',
      runs: [shows('a', { of: { holdout } })],
      who: heldOutOf('a'),
      ghosts: ['a'],
    },
    {
      what: 'no ghost of a journey that would have lost to another',
      runs: [shows('a', { priority: 10, of: { holdout } }), shows('b')],
      who: heldOutOf('a'),
      winner: 'b',
    },
    {
      what: 'a ghost of every journey that would have won over the winner',
      runs: [
        shows('a', { priority: 90, of: { holdout } }),
        shows('b', { priority: 80, of: { holdout } }),
        shows('c'),
        shows('d', { priority: 1, of: { holdout } }),
      ],
      who: heldOutOf('a', 'b', 'd'),
      winner: 'c',
      ghosts: ['a', 'b'],
    },
    {
      what: 'no ghost of a journey that is paused',
      runs: [shows('a', { of: { holdout } })],
      who: heldOutOf('a'),
      rules: { paused: new Set(['a']) },
    },
    {
      what: 'content to whoever was once of both arms, by a merge: it has reached them',
      runs: [shows('a', { of: { holdout } })],
      who: { holdouts: { 'journey:a': { isHeldOut: true, isContaminated: true, at: noon } } },
      winner: 'a',
    },
    {
      what: 'content to whoever would be held out of a journey that has no holdout any more',
      runs: [shows('a')],
      who: heldOutOf('a'),
      winner: 'a',
    },
  ])('is $what', ({ runs, who, rules: more, winner, ghosts = [] }) => {
    const decided = decideSlot('hero', runs, {
      visitor: { ...visitor, ...who },
      rules: { ...rules, ...more },
      now: noon,
    });
    expect(decided.winner?.id).toBe(winner);
    expect(decided.ghosts.map(({ id }) => id)).toEqual(ghosts);
  });
});

import { profileId } from '../ids';
import type { JsonObject } from '../json';
import { aJourney, aRun, noon } from '../../testing/runs';
import { uniteArms } from '../audiences/holdout';
import { lintJourney } from './lint-journey';
import { armOf, armShownBy, withArm, withExposure } from './journey-holdout';

const of = (percent: number) => ({ key: 'win-back', holdout: { percent } });
const people = Array.from({ length: 2_000 }, (_, index) => profileId(`prf_${index}`));
const heldOutOf = (key: string, percent: number): Set<string> =>
  new Set(people.filter((id) => armOf({ key, holdout: { percent } }, { id })?.isHeldOut));

describe('the holdout of a journey', () => {
  it('holds out about its share, of a larger one more of the same, and of another journey others', () => {
    const ten = heldOutOf('win-back', 10);
    expect(ten.size / people.length).toBeCloseTo(0.1, 1);
    const twenty = heldOutOf('win-back', 20);
    expect([...ten].every((id) => twenty.has(id))).toBe(true);
    const both = [...heldOutOf('welcome', 10)].filter((id) => ten.has(id));
    expect(both.length).toBeLessThan(ten.size / 3);
  });

  it('is given on entering, and stays whatever the percentage becomes', () => {
    const [id] = people as [(typeof people)[number]];
    const arms = withArm(of(50), undefined, id, noon);
    const isHeldOut = arms?.['journey:win-back']?.isHeldOut;
    expect(withArm(of(isHeldOut ? 1 : 50), arms, id, noon + 1)).toBe(arms);
    expect(armOf(of(isHeldOut ? 0.1 : 50), { id, holdouts: arms! })?.isHeldOut).toBe(isHeldOut);
  });

  it('is none of a journey without one, also for who was held out before', () => {
    const arms = { 'journey:win-back': { isHeldOut: true, at: noon } };
    expect(armOf({ key: 'win-back' }, { id: profileId('prf_1'), holdouts: arms })).toBeUndefined();
    expect(withArm({ key: 'win-back' }, undefined, profileId('prf_1'), noon)).toBeUndefined();
  });

  it('survives a merge, which is flagged', () => {
    const one = { 'journey:win-back': { isHeldOut: true, at: noon } };
    const other = { 'journey:win-back': { isHeldOut: false, at: noon - 1 } };
    const united = { isHeldOut: true, at: noon - 1, isContaminated: true };
    expect(uniteArms(one, other)).toEqual({ 'journey:win-back': united });
  });

  it.each([
    ['delivered', undefined, 'treated'],
    ['unknown', 'timeout', 'treated'],
    ['rejected', 'http-400', 'treated'],
    ['dead', 'retry-budget-used-up', 'treated'],
    ['withheld', 'holdout', 'holdout'],
    ['withheld', 'consent', undefined],
    ['withheld', 'cap', undefined],
    ['rejected', 'unreachable', undefined],
  ])('%s for %s shows the arm %s', (status, reason, arm) => expect(armShownBy(status, reason)).toBe(arm));

  it('counts from the first send on that left or would have', () => {
    const run = withExposure(aRun('mail'), of(10), 'treated', noon);
    expect(run.exposed).toEqual({ arm: 'treated', at: noon, percent: 10 });
    expect(withExposure(run, of(10), 'holdout', noon + 1)).toBe(run);
    expect(withExposure(aRun('mail'), {}, 'treated', noon)).not.toHaveProperty('exposed');
  });
});

describe('the linter', () => {
  const lintOf = (of: JsonObject, steps: JsonObject = { mail: { type: 'send', destination: 'crm' } }) =>
    lintJourney(aJourney(steps, { purpose: 'news', ...of }).definition).map(({ code }) => code);
  const goals = [{ key: 'g', on: { event: 'X' }, within: '7d' }];
  const holdout = { percent: 10 };

  it('warns of a holdout that measures nothing', () => {
    expect(lintOf({ holdout, goals })).toEqual([]);
    expect(lintOf({ holdout })).toEqual(['holdout_without_goal']);
    expect(lintOf({ holdout, goals }, { bye: { type: 'exit' } })).toEqual(['holdout_without_send']);
  });
});

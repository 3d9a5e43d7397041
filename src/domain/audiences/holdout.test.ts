import { profileId } from '../ids';
import { isDrawn, uniteArms, type Arm } from './holdout';

const ids = Array.from({ length: 10_000 }, (_, index) => profileId(`prf_${(index * 2_654_435_761).toString(16)}`));
const drawn = (audience: string, percent: number) => new Set(ids.filter((id) => isDrawn(audience, percent, id)));

describe('who is held out', () => {
  it.each([0.5, 5, 10, 33.3, 50])('are about %s of a hundred', (percent) => {
    const [expected, rest] = [(ids.length * percent) / 100, ids.length * (1 - percent / 100)];
    const difference = drawn('vip', percent).size - expected;
    // Chi-squared with one degree of freedom: above 15.1 once in 10,000 times by chance.
    expect(difference ** 2 / expected + difference ** 2 / rest).toBeLessThan(15.1);
  });

  it('are all of them held out of a larger percentage too', () => {
    const larger = drawn('vip', 20);
    expect([...drawn('vip', 10)].filter((id) => !larger.has(id))).toEqual([]);
  });

  it.each([
    ['vip', 'vip-2', 10, 10],
    ['vip', 'cart', 50, 10],
    ['a', 'b', 50, 50],
    ['audience-1', 'audience-2', 20, 5],
  ])('of %s say nothing of those of %s', (one, other, percent, percentOfOther) => {
    const [first, second] = [drawn(one, percent), drawn(other, percentOfOther)];
    const both = [...first].filter((id) => second.has(id)).length;
    const [all, a, b] = [ids.length, first.size, second.size];
    const chi = (all * (both * all - a * b) ** 2) / (a * b * (all - a) * (all - b));
    expect(chi).toBeLessThan(15.1);
  });
});

describe('the arm of one person who was two', () => {
  const held: Arm = { isHeldOut: true, at: 2 };
  const sent: Arm = { isHeldOut: false, at: 1 };
  const mixed: Arm = { isHeldOut: true, at: 1, isContaminated: true };
  it.each<[string, Arm | undefined, Arm | undefined, Arm | undefined]>([
    ['of two alike, since the earlier', held, { ...held, at: 5 }, held],
    ['of one alone', undefined, sent, sent],
    ['of the other alone', held, undefined, held],
    ['held out and contaminated where they differ', held, sent, mixed],
    ['the same the other way round', sent, held, mixed],
    ['contaminated for as long as one was', mixed, held, mixed],
    ['none of none', undefined, undefined, undefined],
  ])('is %s', (_, one, other, expected) => {
    const arms = (arm: Arm | undefined) => (arm ? { vip: arm } : undefined);
    expect(uniteArms(arms(one), arms(other))).toEqual(arms(expected) ?? {});
  });
});

import { audiencesOf, publicAudiencesOf } from './told-audiences';

const audiences = new Map([
  ['vip', { publicSince: 3 }],
  ['risk', {}],
  ['again', { publicSince: 7 }],
]);
const membership = { enteredAt: 0, version: 1 };
const person = {
  memberships: { vip: membership, risk: membership, again: membership, gone: membership },
  rulesetVersion: 5,
};

describe('the audiences that are told of somebody', () => {
  it('are all there are to whoever may see them, in order, without deleted ones', () => {
    expect(audiencesOf(person, audiences)).toEqual(['again', 'risk', 'vip']);
  });

  it('are to a page those that were public when the person was last evaluated', () => {
    expect(publicAudiencesOf(person, audiences)).toEqual(['vip']);
    expect(publicAudiencesOf({ ...person, rulesetVersion: 7 }, audiences)).toEqual(['again', 'vip']);
  });

  it('are none of somebody restricted', () => {
    const restricted = { ...person, restrictedAt: 1 };
    expect([audiencesOf(restricted, audiences), publicAudiencesOf(restricted, audiences)]).toEqual([[], []]);
  });
});

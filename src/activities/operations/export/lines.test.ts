import { aProfile, noon } from '../../../testing/builders';
import { profileLines } from './lines';

it('tells a person on which side of the holdouts of audiences they are', () => {
  const profile = aProfile('prf_1', { holdouts: { vip: { isHeldOut: true, at: noon } } });
  expect(profileLines(profile)).toContainEqual({
    ...{ kind: 'holdout', audience: 'vip', isHeldOut: true, at: '2026-03-01T12:00:00.000Z' },
  });
});

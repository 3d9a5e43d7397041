import { aProfile, noon } from '../../../testing/builders';
import { profileLines } from './lines';

it('tells a person on which side of the holdouts of audiences they are', () => {
  const profile = aProfile('prf_1', { holdouts: { vip: { isHeldOut: true, at: noon } } });
  expect(profileLines(profile)).toContainEqual({
    ...{ kind: 'holdout', audience: 'vip', isHeldOut: true, at: '2026-03-01T12:00:00.000Z' },
  });
});

it('tells a person which variants of experiments they get, and that they reached the goal', () => {
  const subject = { variant: 'short', drawnBy: 'short:50 long:50', at: noon, conversion: { at: noon } };
  const at = '2026-03-01T12:00:00.000Z';
  expect(profileLines(aProfile('prf_1', { experiments: { subject } }))).toContainEqual({
    ...{ kind: 'experiment', experiment: 'subject', variant: 'short', at, convertedAt: at },
  });
});

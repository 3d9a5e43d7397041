import { anEvent, day, noon } from '../../testing/builders';
import type { EventKind } from '../events/event';
import { isTooOld } from './too-old';

it.each<[string, EventKind, number, number | undefined, boolean]>([
  ['what happened before events are kept', 'track', 91, 90, true],
  ['a page of then', 'page', 91, 90, true],
  ['what happened since', 'track', 89, 90, false],
  ['what happened at any time, where events are kept for good', 'track', 3_000, undefined, false],
  // A customer who has not changed for years is still one.
  ['a fact, however old', 'identify', 3_000, 90, false],
  ['a fact of a group', 'group', 3_000, 90, false],
])('of a row, %s is too old or not', (_what, kind, daysAgo, events, answer) => {
  const event = anEvent({ kind, occurredAt: noon - daysAgo * day });
  expect(isTooOld(event, events === undefined ? {} : { events }, noon)).toBe(answer);
});

import { anEvent, day, noon } from '../../testing/builders';
import type { EventKind } from '../events/event';
import { isToBeRemembered, isTooOld } from './too-old';

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

describe('of an event that is removed', () => {
  const pulled = { source: 'shop', messageId: 'pull_x', lane: 'bulk', n: 7 } as const;
  const imported = { source: 'import:op_1', messageId: 'order-1', lane: 'bulk', n: 7 } as const;
  const untimed = { receivedAt: noon };

  it.each<[string, Parameters<typeof isToBeRemembered>[0], boolean]>([
    ['the id of a pulled row without a time', { ...anEvent(untimed), ...pulled }, true],
    ['the id that an imported row brought', { ...anEvent(untimed), ...imported }, true],
    ['the id that a fact brought', { ...anEvent({ ...untimed, kind: 'identify' }), ...imported }, true],
    [
      'the id of a row with a time that was still to come',
      { ...anEvent({ ...untimed, sentOccurredAt: noon + day }), ...pulled },
      true,
    ],
    // It is too old when it comes again.
    ['no id of a row with a time', { ...anEvent({ receivedAt: noon, sentOccurredAt: noon - day }), ...pulled }, false],
    ['no id that a row has of its place in the file', { ...anEvent(untimed), ...imported, messageId: 'op_1-7' }, false],
    ['no id of a pulled fact', { ...anEvent({ ...untimed, kind: 'identify' }), ...pulled }, false],
    ['no id of a live event', { ...anEvent(untimed), ...imported, source: 'shop', lane: 'live' }, false],
  ])('%s is remembered', (_what, event, answer) => {
    expect(isToBeRemembered(event)).toBe(answer);
  });
});

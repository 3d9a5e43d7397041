import { planLive } from './live-plan';
import type { SampleEvent } from './shift';

const endsAt = Date.parse('2026-03-01T10:00:00.000Z');
const at = (hoursBefore: number): SampleEvent => ({
  type: 'track',
  messageId: `m${hoursBefore}`,
  timestamp: new Date(endsAt - hoursBefore * 3_600_000).toISOString(),
});

describe('planLive', () => {
  it('tells the last day again in proportion, from the first event at once to the last at the end', () => {
    const plan = planLive([at(25), at(20), at(10), at(0)], endsAt, 40_000);
    expect(plan.map(({ event, dueMs }) => [event.messageId, dueMs])).toEqual([
      ['live-m20', 0],
      ['live-m10', 20_000],
      ['live-m0', 40_000],
    ]);
  });

  it.each([
    ['an empty day', [at(24), at(30)], []],
    ['one event', [at(3)], [0]],
  ])('plans %s', (_, history, expected) => {
    expect(planLive(history, endsAt, 40_000).map(({ dueMs }) => dueMs)).toEqual(expected);
  });
});

import { asOneHistory, shift, type SampleEvent } from './shift';

const event = (messageId: string, timestamp: string): SampleEvent => ({ type: 'track', messageId, timestamp });

describe('shifting the sample data', () => {
  it('moves the time and keeps the id, so that loading it again counts nothing twice', () => {
    const moved = shift(event('m1', '2018-01-01T02:03:46.000Z'), 86_400_001);
    expect(moved).toEqual(event('m1', '2018-01-02T02:03:46.001Z'));
  });

  it('brings sets of different years to one end, in order of time, with the distances inside each kept', () => {
    const endsAt = Date.parse('2026-03-01T10:00:00.000Z');
    const history = asOneHistory(
      [
        {
          asOf: Date.parse('2018-01-01T05:00:00Z'),
          events: [event('a1', '2017-12-31T05:00:00Z'), event('a2', '2018-01-01T04:00:00Z')],
        },
        { asOf: Date.parse('2022-08-28T22:00:00Z'), events: [event('b1', '2022-08-28T10:00:00Z')] },
      ],
      endsAt,
    );
    expect(history.map(({ messageId, timestamp }) => [messageId, timestamp])).toEqual([
      ['a1', '2026-02-28T10:00:00.000Z'],
      ['b1', '2026-02-28T22:00:00.000Z'],
      ['a2', '2026-03-01T09:00:00.000Z'],
    ]);
  });
});

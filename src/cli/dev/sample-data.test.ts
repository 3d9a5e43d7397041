import { readSampleHistory, toIdentify } from './sample-data';

describe('the sample data', () => {
  const endsAt = Date.parse('2026-03-01T10:00:00.000Z');

  it('is both sets and every profile, and ends at the instant asked for', () => {
    const { profiles, events } = readSampleHistory(endsAt, { kind: 'all' });
    expect(profiles).toHaveLength(801);
    expect(events).toHaveLength(18_224 + 857);
    // The last order was at 02:03:46, and AS_OF is 05:00 that day; the last click is the end of its own set.
    const last = (name: string) => events.findLast(({ messageId }) => messageId.startsWith(name))?.timestamp;
    expect(last('cj-order')).toBe('2026-03-01T07:03:46.000Z');
    expect(last('otto')).toBe('2026-03-01T10:00:00.000Z');
  });

  it('has profiles older than any event, so that their traits hold for all of it', () => {
    const { profiles, events } = readSampleHistory(endsAt, { kind: 'all' });
    const newestProfile = Math.max(...profiles.map(({ timestamp }) => Date.parse(timestamp)));
    expect(newestProfile).toBeLessThan(Date.parse(events[0]?.timestamp ?? ''));
  });

  it('is, as a sample, the newest events with the profiles they name', () => {
    const { profiles, events } = readSampleHistory(endsAt, { kind: 'sample', events: 60 });
    expect(events).toHaveLength(60);
    const named = new Set(events.flatMap(({ userId }) => userId ?? []));
    expect(new Set(profiles.map(({ userId }) => userId))).toEqual(named);
  });

  it('makes a line of the CSV an identify call, without the fields that are empty', () => {
    const row = {
      customer_id: 'hh-0001',
      email: 'hh-0001@example.com',
      age: '65+',
      marital_status: '',
      has_events: 'true',
    };
    expect(toIdentify(row)).toMatchObject({
      type: 'identify',
      messageId: 'cj-profile-hh-0001',
      userId: 'hh-0001',
      traits: { email: 'hh-0001@example.com', age: '65+', has_events: true },
    });
    expect(toIdentify(row).traits).not.toHaveProperty('marital_status');
  });
});

import { beginPlace } from './begin-place';

const now = Date.parse('2026-05-01T09:00:00Z');
const begin = (before: { by?: string; at?: number; id?: string; reading?: string }, by: string | undefined) =>
  beginPlace(before, { by, now, present: now, isFuture: ({ at = 0 }) => at > now });

describe('a run of a source that is read in an order', () => {
  const reading = '2026-05-01T09:00:00.000Z';

  it.each([
    ['at its beginning, without a cursor', {}, 'changed', { by: 'changed' }],
    ['where it has come to', { by: 'changed', at: now, id: 'a' }, 'changed', { by: 'changed', at: now, id: 'a' }],
    ['at its beginning, with a cursor of another field', { by: 'made', at: 1, id: 'a' }, 'changed', { by: 'changed' }],
    ['at its beginning, with a cursor of a reading', { id: 'a', reading: 'r' }, 'changed', { by: 'changed' }],
    [
      'now, with a cursor of the future',
      { by: 'changed', at: now + 1, id: 'a' },
      'changed',
      { by: 'changed', at: now },
    ],
    ['as a new reading, where it has no order', {}, undefined, { reading }],
    ['as a new reading, with a cursor of a field', { by: 'changed', at: 1 }, undefined, { reading }],
    ['where a reading has come to', { id: 'a', reading: 'r' }, undefined, { id: 'a', reading: 'r' }],
  ])('begins %s', (_where, before, by, place) => {
    expect(begin(before, by)).toEqual(place);
  });
});

import { choosePart, isLoadNeeded, takePart, type HistoryPart } from './history-part';
import { dayMs } from '../../domain/duration';
import type { SampleEvent } from './shift';

const all: HistoryPart = { kind: 'all' };
const newest: HistoryPart = { kind: 'newest', days: 92 };
const few: HistoryPart = { kind: 'sample', events: 2 };

describe('which part of the sample data is loaded', () => {
  it.each([
    ['three months on the embedded Python store', { all: false, sample: undefined, isSlowStore: true }, newest],
    ['everything on any other database', { all: false, sample: undefined, isSlowStore: false }, all],
    ['everything when asked to', { all: true, sample: undefined, isSlowStore: true }, all],
    ['a sample when asked to, whatever else is', { all: true, sample: 2, isSlowStore: false }, few],
  ])('is %s', (_, question, expected) => {
    expect(choosePart(question)).toEqual(expected);
  });

  it.each([
    ['at the first start', undefined, newest, true],
    ['not at the second', newest, newest, false],
    ['when all is wanted and a part is there', newest, all, true],
    ['not when all is there', all, all, false],
    ['not when less is wanted than is there', all, few, false],
  ])('is loaded %s', (_, loaded, wanted, expected) => {
    expect(isLoadNeeded(loaded, wanted)).toBe(expected);
  });

  it('takes the newest of a history in order of time', () => {
    const endsAt = Date.parse('2026-03-01T10:00:00.000Z');
    const history = [100, 92, 91.9, 0].map((days): SampleEvent => ({
      type: 'track',
      messageId: `${days}`,
      timestamp: new Date(endsAt - days * dayMs).toISOString(),
    }));
    const ids = (part: HistoryPart) => takePart(part, history, endsAt).map(({ messageId }) => messageId);
    expect(ids(all)).toEqual(['100', '92', '91.9', '0']);
    expect(ids(newest)).toEqual(['91.9', '0']);
    expect(ids(few)).toEqual(['91.9', '0']);
  });
});

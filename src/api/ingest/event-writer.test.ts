import type { EventDoc } from '../../store/documents';
import { EventWriter, eventsPerInsert, eventsPerTurn, type StoredEvents } from './event-writer';

interface Insert {
  readonly ids: readonly string[];
  readonly answer: (stored: StoredEvents) => void;
  readonly fail: (error: Error) => void;
}

const docs = (...ids: readonly string[]): EventDoc[] => ids.map((_id) => ({ _id }) as EventDoc);
const many = (name: string, count: number) => docs(...Array.from({ length: count }, (_, n) => `${name}${n}`));
const all: StoredEvents = { inserted: 0, duplicateIndexes: [] };
const settled = () => new Promise((resolve) => setImmediate(resolve));

/** A writer over a store that answers when the test says so. */
function open(atOnce: number, clock = () => 0) {
  const inserts: Insert[] = [];
  const insert = (given: readonly EventDoc[]) =>
    new Promise<StoredEvents>((answer, fail) => inserts.push({ ids: given.map(({ _id }) => _id), answer, fail }));
  return { writer: new EventWriter(insert, atOnce, clock), inserts };
}

describe('EventWriter', () => {
  it('stores at once what comes alone', () => {
    const { writer, inserts } = open(1);
    void writer.write('key', docs('a'));
    expect(inserts.map(({ ids }) => ids)).toEqual([['a']]);
  });

  it('stores together what comes while it stores, and tells each request its own', async () => {
    const { writer, inserts } = open(1);
    const [first, second, third] = [docs('a'), docs('b', 'c'), docs('d', 'e')].map((each) => writer.write('key', each));
    inserts[0]?.answer(all);
    await first;
    await settled();
    expect(inserts[1]?.ids).toEqual(['b', 'c', 'd', 'e']);
    inserts[1]?.answer({ inserted: 2, duplicateIndexes: [1, 2] });
    expect(await second).toEqual({ inserted: 1, duplicateIndexes: [1] });
    expect(await third).toEqual({ inserted: 1, duplicateIndexes: [0] });
  });

  it('bounds an insert', async () => {
    const { writer, inserts } = open(1);
    for (const each of ['a', 'b', 'c']) void writer.write('key', many(each, eventsPerInsert / 2));
    inserts[0]?.answer(all);
    await settled();
    expect(inserts.map(({ ids }) => ids.length)).toEqual([eventsPerInsert / 2, eventsPerInsert]);
  });

  it('tells a request that takes several inserts which of its events were known', async () => {
    const { writer, inserts } = open(1);
    const stored = writer.write('key', many('a', 2 * eventsPerInsert + 10));
    inserts[0]?.answer({ inserted: eventsPerInsert - 1, duplicateIndexes: [eventsPerTurn + 1] });
    await settled();
    inserts[1]?.answer(all);
    await settled();
    inserts[2]?.answer({ inserted: 8, duplicateIndexes: [0, 9] });
    const duplicateIndexes = [eventsPerTurn + 1, 2 * eventsPerInsert, 2 * eventsPerInsert + 9];
    expect(await stored).toEqual({ inserted: 2 * eventsPerInsert + 7, duplicateIndexes });
  });

  it('stores little of a key at a time while others send too, and much again when they have stopped', async () => {
    let now = 0;
    const { writer, inserts } = open(4, () => now);
    const sizes = () => inserts.map(({ ids }) => ids.length);
    void writer.write('quiet', docs('q'));
    void writer.write('noisy', many('n', 4 * eventsPerInsert));
    expect(sizes()).toEqual([1, eventsPerTurn]);
    now = 999;
    inserts[1]?.answer(all);
    await settled();
    expect(sizes()).toEqual([1, eventsPerTurn, eventsPerTurn]);
    now = 1_000;
    inserts[2]?.answer(all);
    await settled();
    expect(sizes()).toEqual([1, eventsPerTurn, eventsPerTurn, eventsPerInsert, eventsPerInsert]);
  });

  it('takes keys by turns, and leaves half of its inserts to others', async () => {
    const { writer, inserts } = open(4);
    for (let n = 0; n < 5; n += 1) void writer.write('noisy', many(`n${n}-`, eventsPerInsert));
    expect(inserts).toHaveLength(2);
    void writer.write('quiet', docs('q'));
    expect(inserts[2]?.ids).toEqual(['q']);
  });

  it('does not let the events of one request fail those of another', async () => {
    const { writer, inserts } = open(1);
    const first = writer.write('key', docs('a'));
    const [good, bad] = [writer.write('key', docs('b')), writer.write('key', docs('bad'))];
    inserts[0]?.answer(all);
    await first;
    await settled();
    inserts[1]?.fail(new Error('cannot be stored'));
    await settled();
    expect(inserts.slice(2).map(({ ids }) => ids)).toEqual([['b'], ['bad']]);
    inserts[2]?.answer(all);
    inserts[3]?.fail(new Error('cannot be stored'));
    await expect(good).resolves.toEqual({ inserted: 1, duplicateIndexes: [] });
    await expect(bad).rejects.toThrow('cannot be stored');
  });
});

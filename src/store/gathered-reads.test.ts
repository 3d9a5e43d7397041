import type { ClientSession, Collection } from 'mongodb';
import { GatheredDocs, GatheredReads } from './gathered-reads';

/** Reads that the test ends, and which keys each asked for. */
function reads() {
  const asked: (readonly string[])[] = [];
  const ends: ((error?: Error) => void)[] = [];
  const gathered = new GatheredReads<string>((keys) => {
    asked.push(keys);
    return new Promise((resolve, reject) => {
      const rows = new Map(keys.filter((key) => key !== 'nobody').map((key) => [key, `row of ${key}`]));
      ends.push((error) => (error ? reject(error) : resolve(rows)));
    });
  });
  return { gathered, asked, ends };
}

describe('reads that are gathered', () => {
  it('begin at once for who comes first, and together for who comes while others are under way', async () => {
    const { gathered, asked, ends } = reads();
    const rows = ['a', 'b', 'c', 'd', 'c', 'nobody'].map((key) => gathered.read(key));
    expect(asked).toEqual([['a'], ['b']]);
    ends[0]?.();
    expect(await rows[0]).toBe('row of a');
    await Promise.resolve();
    expect(asked[2]).toEqual(['c', 'd', 'nobody']);
    ends[1]?.();
    ends[2]?.();
    expect(await Promise.all(rows.slice(1))).toEqual(['row of b', 'row of c', 'row of d', 'row of c', undefined]);
  });

  it('never ask for more than a hundred rows at a time', async () => {
    const { gathered, asked, ends } = reads();
    const rows = Array.from({ length: 252 }, (_, number) => gathered.read(String(number)));
    for (let at = 0; at < 5; at += 1) {
      ends[at]?.();
      await new Promise(setImmediate);
    }
    expect(asked.map(({ length }) => length)).toEqual([1, 1, 100, 100, 50]);
    expect(new Set(await Promise.all(rows)).size).toBe(252);
  });

  it('fail for those who were read together, and for nobody after them', async () => {
    const { gathered, ends } = reads();
    const [first, second] = [gathered.read('a'), gathered.read('a')];
    ends[0]?.(new Error('away'));
    await expect(first).rejects.toThrow('away');
    ends[1]?.();
    expect(await second).toBe('row of a');
    const third = gathered.read('a');
    ends[2]?.();
    expect(await third).toBe('row of a');
  });
});

describe('documents that are gathered', () => {
  it('are read by id with others, and by a transaction alone, as it sees them', async () => {
    const asked: object[] = [];
    const found = (_id: string, by: string) => ({ _id, by });
    const collection = {
      find: ({ _id }: { _id: { $in: string[] } }, options: object) => {
        asked.push({ ids: _id.$in, options });
        return { toArray: async () => _id.$in.filter((id) => id !== 'nobody').map((id) => found(id, 'together')) };
      },
      findOne: async ({ _id }: { _id: string }, options: object) => {
        asked.push({ id: _id, options });
        return _id === 'nobody' ? null : found(_id, 'alone');
      },
    } as unknown as Collection<{ _id: string; by: string }>;
    const docs = new GatheredDocs(collection, { by: 1 });
    const session = { id: 'a session' } as unknown as ClientSession;
    const projection = { by: 1 };
    expect(await Promise.all(['a', 'b', 'c', 'nobody'].map((id) => docs.find(id)))).toEqual([
      ...['a', 'b', 'c'].map((id) => found(id, 'together')),
      undefined,
    ]);
    expect(asked).toEqual([['a'], ['b'], ['c', 'nobody']].map((ids) => ({ ids, options: { projection } })));
    asked.length = 0;
    expect(await docs.find('a', session)).toEqual(found('a', 'alone'));
    expect(await docs.find('nobody', session)).toBeUndefined();
    expect(asked).toEqual(['a', 'nobody'].map((id) => ({ id, options: { projection, session } })));
  });
});

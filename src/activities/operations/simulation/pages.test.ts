import { profileId, workspaceId } from '../../../domain/ids';
import type { Store } from '../../../store/store';
import { nextPeople, type Place } from './pages';

const ws = workspaceId('ws_1');

/** The ranges of ids that a sample reads, as shares of all ids. */
async function rangesOf(total: number, people: number, seed: string): Promise<(readonly [number, number])[]> {
  const ranges: (readonly [number, number])[] = [];
  const share = (text: string): number => (text === 'g' ? 1 : parseInt(text, 16) / 2 ** 48);
  const between = async (_ws: unknown, from: string, to: string) => {
    ranges.push([share(from), share(to)]);
    return { read: 1, living: [] };
  };
  const store = { profiles: { between } } as unknown as Store;
  for (let place: Place | undefined = { piece: 0 }; place;)
    place = (await nextPeople(store, ws, { total, people, seed }, place)).next;
  return ranges;
}

describe('the people that a simulation looks at', () => {
  it.each([
    [1_000, 200],
    [10_000, 10],
    [70, 60],
  ])('are of %d a part as large as %d asked for, without a gap, and none twice', async (total, people) => {
    const ranges = await rangesOf(total, people, 'seed');
    const [first, last] = [ranges[0]?.[0] ?? NaN, ranges.at(-1)?.[1] ?? NaN];
    expect(last - first).toBeGreaterThanOrEqual(people / total - 1e-9);
    expect(first).toBeGreaterThanOrEqual(0);
    for (const [index, [from]] of ranges.entries())
      if (index > 0) expect(from).toBeCloseTo(ranges[index - 1]?.[1] ?? NaN, 9);
  });

  it('are the same for the same seed, and others for another', async () => {
    expect(await rangesOf(1_000, 100, 'a')).toEqual(await rangesOf(1_000, 100, 'a'));
    expect(await rangesOf(1_000, 100, 'a')).not.toEqual(await rangesOf(1_000, 100, 'b'));
  });

  it('are all, in the order of their ids, where no more are asked for', async () => {
    const all = Array.from({ length: 120 }, (_, index) => ({ id: profileId(`prf_${String(index).padStart(3, '0')}`) }));
    const page = async (_ws: unknown, limit: number, after = '') => all.filter(({ id }) => id > after).slice(0, limit);
    const store = { profiles: { page } } as unknown as Store;
    const seen: string[] = [];
    for (let place: Place | undefined = { piece: 0 }; place;) {
      const { living, next } = await nextPeople(store, ws, { total: 120, people: 500, seed: 's' }, place);
      seen.push(...living.map(({ id }) => id));
      place = next;
    }
    expect(seen).toEqual(all.map(({ id }) => id));
  });
});

import type { Usage } from './meter';

/** The middle value; of two middle ones the upper. */
export function median(values: readonly number[]): number {
  return percentile(values, 0.5);
}

export function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((one, other) => one - other);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
}

/** `count` per second while `work` runs. */
export async function rateOf(count: number, work: () => Promise<unknown>): Promise<number> {
  const startedAt = performance.now();
  await work();
  return (count * 1_000) / (performance.now() - startedAt);
}

export interface Pair {
  readonly value: number;
  readonly floor: number;
}

/** Work whose processes are metered each time it runs. */
export interface Metered {
  readonly rate: () => Promise<number>;
  /** Medians over the runs. */
  readonly usage: () => Usage[];
}

export function metered(
  of: { readonly meter: () => (count: number) => Usage[] },
  count: number,
  rate: () => Promise<number>,
): Metered {
  const runs: Usage[][] = [];
  return {
    rate: async () => {
      const read = of.meter();
      const found = await rate();
      runs.push(read(count));
      return found;
    },
    usage: () =>
      (runs.at(-1) ?? []).map((last) => {
        const same = runs.flat().filter((each) => each.process === last.process);
        return { ...last, cpuSeconds: median(same.map((each) => each.cpuSeconds)) };
      }),
  };
}

/** Both, one after the other, round after round, so that what else the machine does falls on both alike. */
export async function alternately(
  rounds: number,
  value: (round: number) => Promise<number>,
  floor: (round: number) => Promise<number>,
): Promise<Pair[]> {
  const pairs: Pair[] = [];
  for (let round = 0; round < rounds; round += 1) {
    // The order changes, so that neither always finds the caches warm.
    if (round % 2 === 0) pairs.push({ value: await value(round), floor: await floor(round) });
    else pairs.push({ floor: await floor(round), value: await value(round) });
  }
  return pairs;
}

/** Medians of a value, its floor and their ratios. */
export function summary(pairs: readonly Pair[]): { value: number; floor: number; ratio: number } {
  return {
    value: median(pairs.map((pair) => pair.value)),
    floor: median(pairs.map((pair) => pair.floor)),
    ratio: median(pairs.map((pair) => pair.value / pair.floor)),
  };
}

/** Works through the items with so many at a time, in order. */
export async function inParallel<Item>(
  items: readonly Item[],
  atOnce: number,
  work: (item: Item, index: number) => Promise<unknown>,
): Promise<void> {
  let next = 0;
  const lane = async () => {
    while (next < items.length) {
      const index = next;
      next += 1;
      await work(items[index] as Item, index);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, lane));
}

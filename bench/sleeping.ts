import { measureBatches } from './accept';
import { measureApply } from './apply';
import type { Bench, BenchResult } from './bench';
import type { Heddle } from './rig';
import { within, type Tenant } from './tenant';
import { person, putDefinitions, sleeper } from './traffic';

const rounds = 3;
const applying = { people: 600, events: 3_000, times: rounds };
const atATime = 500;

/** What accepting and applying cost while many runs sleep, against the same before there were any. */
export const sleeping: Bench = async (rig, { sleepers }) => {
  const heddle = await rig.start();
  const tenant = await heddle.createTenant();
  await putDefinitions(tenant.client);
  await tenant.client.journeys.put('sleeper', sleeper);
  await tenant.client.journeys.publish('sleeper');
  const measure = async (): Promise<readonly BenchResult[]> => {
    const applied = await measureApply(heddle, tenant, applying);
    const other = await heddle.createTenant();
    const accepted = await measureBatches(heddle, other, rounds);
    await heddle.store.connection.db.collection('events').deleteMany({ ws: other.ws });
    return [accepted, applied];
  };
  const before = await measure();
  const began = performance.now();
  await putToSleep(heddle, tenant, { from: 0, to: sleepers, first: 100_000 });
  const seconds = (performance.now() - began) / 1_000;
  const after = await measure();
  const note = `${sleepers} runs put to sleep, ${Math.round(sleepers / seconds)} per s`;
  return after.map((result, index) => compared(result, before[index] as BenchResult, note));
};

/** The ratio is of the ratios to the floor, so that what else the machine did in one half does not count. */
export function compared(after: BenchResult, before: BenchResult, note: string, target = 0.9): BenchResult {
  return {
    ...after,
    floor: before.value,
    ratio: (after.ratio ?? 0) / (before.ratio ?? 1),
    target,
    note: `${note}; ratio to the bare floor ${before.ratio?.toFixed(2)} before, ${after.ratio?.toFixed(2)} after`,
  };
}

/** Starts runs from one number of a person to another, some at a time, each lot asleep before the next is sent: counting costs the store something, and so is done seldom. */
export async function putToSleep(
  { store }: Heddle,
  { ws, client }: Tenant,
  { from, to, first = 0 }: { readonly from: number; readonly to: number; readonly first?: number },
): Promise<void> {
  const asleep = { ws, journey: 'sleeper', status: 'active', step: 'sleep' };
  const runs = store.connection.db.collection('enrollments');
  for (let start = from; start < to; start += atATime) {
    const end = Math.min(start + atATime, to);
    const batch = Array.from({ length: end - start }, (_, index) => ({
      type: 'track' as const,
      event: 'Fell Asleep',
      ...person(first + start + index),
    }));
    await client.events.batch(batch);
    await within('the runs to sleep', async () => (await runs.countDocuments(asleep)) === end, { everyMs: 500 });
  }
}
